package io.sapo.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sapo.segmenter.judge.JudgeSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JudgeBindingTest {
  @TempDir Path folder;

  private static Binding binding(String... assignments) {
    ConfigLoader loader = new ConfigLoader();
    List.of(assignments).forEach(loader::set);
    return new Binding(loader.load());
  }

  @Test
  void aServiceNeedsAnAddressAndHasTheUsualEffort() {
    JudgeSettings judge = binding("judges.taste.url=http://here:1/x").check().judges().get(0);

    assertThat(judge.name()).isEqualTo("taste");
    assertThat(judge.url()).hasToString("http://here:1/x");
    assertThat(judge.effort()).isEqualTo(JudgeSettings.Effort.DEFAULT);
    assertThat(judge.rubric()).isEmpty();
  }

  @Test
  void everyFieldIsTaken() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("judges.yaml"),
            """
            judges:
              zest: {url: "https://b/judge", token-file: secret}
              http:
                url: http://a:8000/v1
                token: hush
                batch: 3
                in-flight: 5
                deadline: 7s
                back-off: 11ms
                longest-back-off: 13s
                attempts: 17
                give-up-after: 19m
                model: big
                rubric: "Be kind.\\n"
                max-tokens: 23
                right-from: 0.9
            """);
    Settings settings = new ConfigLoader().file(file).load();
    List<JudgeSettings> judges = new Binding(settings).judges();

    assertThat(judges).extracting(JudgeSettings::name).containsExactly("http", "zest");
    assertThat(judges.get(0).effort())
        .isEqualTo(
            new JudgeSettings.Effort(
                3,
                5,
                Duration.ofSeconds(7),
                Duration.ofMillis(11),
                Duration.ofSeconds(13),
                17,
                Duration.ofMinutes(19)));
    assertThat(judges.get(0).rubric())
        .hasValue(new JudgeSettings.Rubric("big", "Be kind.", 23, 0.9));
    assertThat(ConfigReport.yaml(settings)).doesNotContain("hush").contains("give-up-after");
    assertThat(new ConfigLoader().file(changed(settings)).load().values().keySet())
        .contains("judges.http.model", "judges.zest.url")
        .doesNotContain("judges.http.token");
  }

  private Path changed(Settings settings) throws IOException {
    return Files.writeString(folder.resolve("changed.yaml"), ConfigReport.changed(settings));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "judges.a.batch=2 | judges.a.url is missing",
        "judges.a.url=ftp://x | must be an http or https address",
        "judges.a.url=http://x y | no address",
        "judges.a.url=http://x;judges.a.model=m | go together",
        "judges.a.url=http://x;judges.a.rubric=r | go together",
        "judges.a.url=http://x;judges.a.rubric=r;judges.a.rubric-file=f | one of the two",
        "judges.a.url=http://x;judges.a.model=m;judges.a.rubric-file=/absent | cannot be read",
        "judges.a.url=http://x;judges.a.token=r;judges.a.token-file=f | one of the two",
        "judges.gsm8k.url=http://x | a verifier has this name",
        "judges.a.urll=http://x | did you mean judges.a.url?",
        "judges.A.url=http://x | unknown key",
        "judges.a.batch=0 | must be a whole number from 1",
        "verifiers.path=/absent | no folder"
      })
  void mistakesAreNamed(String assignments, String message) {
    assertThatThrownBy(() -> binding(assignments.split(";")).check())
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(message);
  }
}
