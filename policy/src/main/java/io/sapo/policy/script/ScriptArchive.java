package io.sapo.policy.script;

import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.layout.WeightLayout;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Makes the archive libtorch loads out of TorchScript sources among the resources: the file of the
 * wanted class, every file it refers to as {@code __torch__.FILE.}, and {@code config}, {@code
 * weights} and {@code vision}, generated from the model's configuration.
 */
final class ScriptArchive {
  private static final Pattern REFERENCE = Pattern.compile("__torch__\\.([a-z_]+)\\.");
  private static final String ROOT = "policy/";
  private static final String FORMAT_VERSION = "10\n";
  private static final String EMPTY_TUPLE = "\u0080\u0002).";

  private ScriptArchive() {}

  /**
   * The archive of a class without attributes; {@code file} and {@code type} name it.
   *
   * @param sources by name of their file
   */
  static byte[] assemble(String file, String type, Map<String, String> sources) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      put(zip, "data.pkl", instanceOf(file, type));
      put(zip, "constants.pkl", EMPTY_TUPLE.getBytes(StandardCharsets.ISO_8859_1));
      put(zip, "version", FORMAT_VERSION.getBytes(StandardCharsets.US_ASCII));
      for (Map.Entry<String, String> source : sources.entrySet()) {
        put(
            zip,
            "code/__torch__/" + source.getKey() + ".py",
            source.getValue().getBytes(StandardCharsets.UTF_8));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** Source by file name, starting from {@code file}. */
  static Map<String, String> sources(String file, ModelConfig config) {
    Map<String, String> sources = new TreeMap<>();
    Deque<String> wanted = new ArrayDeque<>();
    wanted.add(file);
    while (!wanted.isEmpty()) {
      String name = wanted.remove();
      if (sources.containsKey(name)) {
        continue;
      }
      String source =
          switch (name) {
            case "config" -> ScriptConfig.source(config);
            case "weights" -> WeightLayout.source(config);
            case "vision" -> ScriptVision.source(config);
            default -> resource(name);
          };
      sources.put(name, source);
      Matcher reference = REFERENCE.matcher(source);
      while (reference.find()) {
        wanted.add(reference.group(1));
      }
    }
    return sources;
  }

  private static String resource(String name) {
    String path = "/io/sapo/policy/torchscript/" + name + ".py";
    try (InputStream in = ScriptArchive.class.getResourceAsStream(path)) {
      if (in == null) {
        throw new IllegalArgumentException("There is no TorchScript source " + path);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + path, e);
    }
  }

  /** Pickle (protocol 2) of an instance of {@code __torch__.file.type} with an empty state. */
  private static byte[] instanceOf(String file, String type) {
    String pickle = "\u0080\u0002c__torch__." + file + "\n" + type + "\nq\u0000)\u0081}(ubq\u0001.";
    return pickle.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static void put(ZipOutputStream zip, String name, byte[] content) throws IOException {
    zip.putNextEntry(new ZipEntry(ROOT + name));
    zip.write(content);
    zip.closeEntry();
  }
}
