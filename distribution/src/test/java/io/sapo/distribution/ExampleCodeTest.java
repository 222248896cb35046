package io.sapo.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.segmenter.cut.ResponseTokens;
import io.sapo.segmenter.cut.SegmentationStrategy;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Classes that the documents show compile, and do what they say. */
class ExampleCodeTest {
  private static final Pattern BLOCK = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);

  @TempDir private Path folder;

  /** The first block of a page that declares the class. */
  private static String shown(String page, String name) throws IOException {
    Matcher block = BLOCK.matcher(Files.readString(Path.of("..", "docs", page)));
    while (block.find()) {
      if (block.group(1).matches("(?s).*\\b(class|record) " + name + "\\b.*")) {
        return block.group(1);
      }
    }
    throw new AssertionError(page + " shows no " + name);
  }

  private Class<?> compiled(String type, String source) throws Exception {
    Path file = folder.resolve(type.replace('.', '/') + ".java");
    Files.createDirectories(file.getParent());
    Files.writeString(file, source);
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter said = new StringWriter();
    List<String> options =
        List.of(
            "-cp", System.getProperty("java.class.path"), "-d", folder.toString(), "-Xlint:all");
    try (var files = compiler.getStandardFileManager(null, null, null)) {
      boolean fine =
          compiler.getTask(said, files, null, options, null, files.getJavaFileObjects(file)).call();
      assertThat(fine).as(said.toString()).isTrue();
    }
    URLClassLoader loader = new URLClassLoader(new URL[] {folder.toUri().toURL()});
    return loader.loadClass(type);
  }

  @Test
  void theSegmentationStrategyOfThePageEndsSegmentsWhereItSays() throws Exception {
    Class<?> type =
        compiled("io.sapo.segmenter.cut.LengthStrategy", shown("extending.md", "LengthStrategy"));
    SegmentationStrategy strategy =
        (SegmentationStrategy) type.getConstructor(int.class).newInstance(2);
    ResponseTokens five =
        new ResponseTokens("abcde", new int[] {1, 2, 3, 4, 5}, new float[5], new float[5]);
    assertThat(strategy.ends(five)).containsExactly(1, 3, 4);
    assertThat(strategy.describe()).isEqualTo("length(2)");
  }

  @Test
  void theAlgorithmOfThePageCompiles() throws Exception {
    String shown = shown("algorithms.md", "BatchMeanTargets");
    Class<?> type =
        compiled(
            "io.sapo.learner.algorithm.BatchMeanTargets",
            "package io.sapo.learner.algorithm;\n\nimport java.util.Arrays;\n\n" + shown);
    assertThat(type.getSimpleName()).isEqualTo("BatchMeanTargets");
  }
}
