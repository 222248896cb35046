package io.sapo.admin.http;

import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where Vert.x unpacks what it serves from jars: a folder below that for temporary files, named
 * after the process, so that those of killed processes can be told and deleted.
 */
public final class VertxFiles {
  private static final Logger log = LoggerFactory.getLogger(VertxFiles.class);
  private static final String PREFIX = "sapo-vertx-";

  /** Vert.x appends an id of its own. */
  private static final Pattern OF_PROCESS = Pattern.compile(PREFIX + "(\\d{1,18})-.*");

  private VertxFiles() {}

  /** Has Vert.x unpack there. */
  public static VertxOptions in(VertxOptions options) {
    Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    sweep(temporary);
    String own = temporary.resolve(PREFIX + ProcessHandle.current().pid()).toString();
    return options.setFileSystemOptions(new FileSystemOptions().setFileCacheDir(own));
  }

  /** Deletes what killed processes have left. */
  static void sweep(Path temporary) {
    try (Stream<Path> all = Files.list(temporary)) {
      all.filter(VertxFiles::left).forEach(VertxFiles::delete);
    } catch (IOException | UncheckedIOException e) {
      log.debug("{} is not swept", temporary, e);
    }
  }

  private static boolean left(Path folder) {
    Matcher name = OF_PROCESS.matcher(folder.getFileName().toString());
    return name.matches() && ProcessHandle.of(Long.parseLong(name.group(1))).isEmpty();
  }

  private static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
      for (Path file : deepestFirst) {
        Files.deleteIfExists(file);
      }
    } catch (IOException | UncheckedIOException e) {
      log.debug("{} is not deleted", folder, e);
    }
  }
}
