package io.sapo.verifier.math;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The page that says what counts as equal tells the truth, line by line. */
class PolicyPageTest {
  private static final Path PAGE = Path.of("../docs/verifiers.md");
  private static final Pattern LINE =
      Pattern.compile("\\| ([^|]+) \\| `([^`]+)` \\| `([^`]+)` \\| (yes|no) \\|");

  @Test
  void everyLineIsAsItSays() throws IOException {
    List<String> wrong = new ArrayList<>();
    int lines = 0;
    for (String line : Files.readAllLines(PAGE)) {
      Matcher matcher = LINE.matcher(line);
      if (matcher.matches()) {
        lines++;
        boolean said = matcher.group(4).equals("yes");
        if (MathEquality.same(matcher.group(2), matcher.group(3)) != said) {
          wrong.add(line);
        }
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(lines).isGreaterThan(70);
  }
}
