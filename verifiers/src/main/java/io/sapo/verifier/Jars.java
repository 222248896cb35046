package io.sapo.verifier;

import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Classes from a folder of jars, for the life of the process. */
final class Jars {
  private Jars() {}

  /**
   * @throws IllegalArgumentException when there is no such folder, or no jar in it
   */
  static ClassLoader of(Path folder) {
    List<URL> jars = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path jar : files.filter(file -> file.toString().endsWith(".jar")).sorted().toList()) {
        jars.add(jar.toUri().toURL());
      }
    } catch (MalformedURLException e) {
      throw new IllegalStateException("a file has no address", e);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "verifiers.path is '" + folder + "', no folder that can be read", e);
    }
    if (jars.isEmpty()) {
      throw new IllegalArgumentException("verifiers.path: no jar lies in " + folder);
    }
    // Never closed: a verifier may load a class of its own at any time.
    return new URLClassLoader("verifiers", jars.toArray(URL[]::new), Jars.class.getClassLoader());
  }
}
