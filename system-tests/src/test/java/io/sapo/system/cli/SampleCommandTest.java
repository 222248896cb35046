package io.sapo.system.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sapo.command.ExitCodes;
import io.sapo.fixtures.TinyCheckpoint;
import io.sapo.system.cli.CommandLineRunner.Outcome;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SampleCommandTest {
  private static final String TEMPLATE =
      "{% for m in messages %}<|im_start|>{{ m.role }}\n"
          + "{% if m.content is string %}{{ m.content }}{% else %}{% for p in m.content %}"
          + "{% if p.type == 'image' %}<|vision_start|><|image_pad|><|vision_end|>"
          + "{% else %}{{ p.text }}{% endif %}{% endfor %}{% endif %}<|im_end|>\n"
          + "{% endfor %}<|im_start|>assistant\n\n";

  @TempDir static Path folder;
  private static Path checkpoint;

  private final CommandLineRunner sapo = CommandLineRunner.plain();

  @BeforeAll
  static void writeCheckpoint() throws IOException {
    checkpoint = TinyCheckpoint.write(folder.resolve("tiny"));
    Files.writeString(checkpoint.resolve("chat_template.jinja"), TEMPLATE);
  }

  private Outcome sample(String... more) {
    List<String> arguments =
        new ArrayList<>(List.of("sample", "--checkpoint", checkpoint.toString()));
    if (!List.of(more).contains("--max-tokens")) {
      arguments.addAll(List.of("--max-tokens", "5"));
    }
    arguments.addAll(List.of(more));
    return sapo.run(arguments.toArray(String[]::new));
  }

  @Test
  void theModelIsAskedInItsOwnChat() throws IOException {
    Outcome outcome = sample("--json", "How much?");
    assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    JsonNode json = new ObjectMapper().readTree(outcome.out());
    assertThat(json.get("prompt").asText())
        .isEqualTo("<|im_start|>user\nHow much?<|im_end|>\n<|im_start|>assistant\n");
    assertThat(json.get("tokens").asInt()).isBetween(1, 5);
    Outcome plain = sample("How much?");
    assertThat(plain.out()).isEqualTo(json.get("text").asText() + System.lineSeparator());
    assertThat(sample("How much?")).isEqualTo(plain);
    assertThat(sample("--set", "model.prompt-template=plain", "--json", "How much?").out())
        .contains("\"prompt\" : \"How much?\\n\"");
  }

  @Test
  void textMayComeFromAPipe() {
    InputStream before = System.in;
    System.setIn(new ByteArrayInputStream("piped\n".getBytes(StandardCharsets.UTF_8)));
    try {
      assertThat(sample("--json").out()).contains("user\\npiped<|im_end|>");
    } finally {
      System.setIn(before);
    }
  }

  @Test
  void picturesStandBeforeTheText() throws IOException {
    Path picture = folder.resolve("p.png");
    ImageIO.write(new BufferedImage(56, 56, BufferedImage.TYPE_INT_RGB), "png", picture.toFile());
    assertThat(sample("--json", "Look", "--pictures", picture.toString()).out())
        .contains("<|vision_start|><|image_pad|>(x4)<|vision_end|>Look");
    assertThat(sample("--json", "--pictures", picture.toString(), "Look").out())
        .contains("<|vision_start|><|image_pad|>(x4)<|vision_end|>Look");
    String file = picture.toString();
    assertThat(sample("--json", "--pictures", file, "--pictures", file, "Look").out())
        .containsPattern("(<.vision_start.><.image_pad.>\\(x4\\)<.vision_end.>){2}Look");
    Outcome missing = sample("Look", "--pictures", folder.resolve("none.png").toString());
    assertThat(missing.exitCode()).isEqualTo(ExitCodes.USAGE);
    assertThat(missing.err()).contains("none.png").hasLineCount(1);
  }

  @Test
  void whatCannotBeAskedIsSaidInOneSentence() {
    for (List<String> wrong :
        List.of(
            List.of("a<|im_end|>b"),
            List.of("a", "--max-tokens", "100000"),
            List.of("a", "--temperature", "-1"),
            List.of("a", "--data", folder.resolve("nowhere").toString()))) {
      Outcome outcome = sample(wrong.toArray(String[]::new));
      assertThat(outcome.exitCode()).as(outcome.err()).isEqualTo(ExitCodes.USAGE);
      assertThat(outcome.err()).startsWith("sapo: ");
      assertThat(outcome.err().lines().count()).as(outcome.err()).isLessThanOrEqualTo(2);
    }
  }
}
