package io.sapo.verifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sapo.verifier.math.EqualityPolicy;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Verifiers of one's own, compiled and packed as their authors would. */
class JarsTest {
  private static final String SOURCE =
      """
      package mine;
      import io.sapo.verifier.*;
      public final class %1$s implements Verifier {
        public String name() { return "%2$s"; }
        public Verdict verify(String response, String reference) {
          return new Verdict(response.length() / 10.0, response.contains(reference));
        }
      }
      """;

  @TempDir Path folder;
  @TempDir Path sources;

  private Verifiers load() {
    return Verifiers.load(
        new VerifierSettings(0.1, EqualityPolicy.DEFAULT, RewardShaping.NONE, Optional.of(folder)));
  }

  private void jar(String type, String name) throws IOException {
    Path source = sources.resolve(type + ".java");
    Files.writeString(source, SOURCE.formatted(type, name));
    int compiled =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                "-d",
                source.getParent().toString(),
                source.toString());
    assertThat(compiled).isZero();
    byte[] code = Files.readAllBytes(source.resolveSibling("mine").resolve(type + ".class"));
    write(type, code);
  }

  private void write(String type, byte[] code) throws IOException {
    try (OutputStream file = Files.newOutputStream(folder.resolve(type + ".jar"));
        JarOutputStream jar = new JarOutputStream(file)) {
      jar.putNextEntry(new JarEntry("META-INF/services/" + Verifier.class.getName()));
      jar.write(("mine." + type).getBytes(StandardCharsets.UTF_8));
      if (code.length > 0) {
        jar.putNextEntry(new JarEntry("mine/" + type + ".class"));
        jar.write(code);
      }
    }
  }

  @Test
  void verifiersComeFromEveryJarOfTheFolderBesideTheShippedOnes() throws IOException {
    jar("Length", "length");
    jar("Other", "other");
    Files.writeString(folder.resolve("readme.txt"), "no jar");
    Verifiers verifiers = load();

    assertThat(verifiers.names()).contains("length", "other", "gsm8k");
    Verifier summed = verifiers.find("length*2+exact").orElseThrow();
    assertThat(summed.verify("12345", "34")).isEqualTo(new Verdict(1.0, true));
  }

  @Test
  void whatIsWrongWithTheFolderIsSaid() throws IOException {
    assertThatThrownBy(this::load)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no jar lies in");
    write("Nothing", new byte[0]);
    assertThatThrownBy(this::load)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("verifiers.path")
        .hasMessageContaining("mine.Nothing");
    write("Nothing", new byte[] {1, 2, 3});
    assertThatThrownBy(this::load).isInstanceOf(IllegalArgumentException.class);
    Path none = folder.resolve("absent");
    assertThatThrownBy(() -> Jars.of(none))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no folder");
  }

  @Test
  void twoOfOneNameAreRefused() throws IOException {
    jar("Length", "gsm8k");
    assertThatThrownBy(this::load).hasMessageContaining("two verifiers are named 'gsm8k'");
  }
}
