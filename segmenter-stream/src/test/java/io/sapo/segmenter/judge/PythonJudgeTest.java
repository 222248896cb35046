package io.sapo.segmenter.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sapo.schemas.JudgeRequest;
import io.sapo.schemas.Judgement;
import io.sapo.schemas.PackedArrays;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The judge of {@code examples/python}, which needs nothing but Python; skipped without it. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class PythonJudgeTest {
  private static final Path SCRIPT = Path.of("../examples/python/judge.py");
  private Process process;

  /** One that is waited for in vain would run on. */
  @AfterEach
  void end() throws InterruptedException {
    if (process != null) {
      process.destroyForcibly().waitFor();
    }
  }

  @Test
  void theExampleJudges() throws Exception {
    assumeTrue(
        Stream.of(System.getenv("PATH").split(":"))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, "python3"))),
        "no python3");
    process =
        new ProcessBuilder("python3", SCRIPT.toString(), "--port", "0")
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    HttpJudge judge = new HttpJudge(JudgeCases.service(url(process), Duration.ofSeconds(30)));
    JudgeRequest wrong = JudgeCases.request("wrong");
    wrong.setAnswer("8");
    JudgeRequest odd = JudgeCases.request("odd");
    odd.setAnswer("eight");
    JudgeRequest repeated = JudgeCases.request("repeated");
    repeated.setResponse("is 7\nis 7");
    repeated.setSegmentCharEnds(PackedArrays.pack(new int[] {5, 9}));
    List<Outcome> outcomes =
        judge.ask(List.of(JudgeCases.request("right"), wrong, odd, repeated)).join();

    assertThat(judgement(outcomes.get(0)).getReward()).isEqualTo(1);
    assertThat(judgement(outcomes.get(0)).getVersion()).isNotBlank();
    assertThat(judgement(outcomes.get(1)).getCorrect()).isFalse();
    assertThat(judgement(outcomes.get(1)).getWhy()).isEqualTo("the last line ends with 7");
    assertThat(outcomes.get(2)).isInstanceOf(Outcome.Declined.class);
    assertThat(PackedArrays.doubles(judgement(outcomes.get(3)).getSegmentRewards()))
        .containsExactly(0, -0.1);
  }

  private static Judgement judgement(Outcome outcome) {
    return ((Outcome.Judged) outcome).judgement();
  }

  /** As it says itself, for its port is any free one. */
  private static URI url(Process process) throws IOException {
    BufferedReader said = process.inputReader();
    String line = said.readLine();
    assertThat(line).startsWith("judge at http://");
    return URI.create(line.substring("judge at ".length()));
  }
}
