package io.sapo.producer.server;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import io.sapo.pictures.PictureFiles;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.generation.Generation;
import io.sapo.policy.generation.GenerationRequest;
import io.sapo.policy.generation.Sampling;
import io.sapo.policy.layout.AdapterConfig;
import io.sapo.policy.layout.Head;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.network.Network;
import io.sapo.policy.network.TokenSequence;
import io.sapo.policy.network.Weights;
import io.sapo.policy.picture.PictureSettings;
import io.sapo.policy.profile.CheckpointProfile;
import io.sapo.policy.profile.ProfileSettings;
import io.sapo.producer.KafkaFixture;
import io.sapo.producer.engine.Outcome;
import io.sapo.producer.figures.FiguresTaskSource;
import io.sapo.producer.prompt.PromptBuilder;
import io.sapo.producer.task.Split;
import io.sapo.schemas.Task;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Prompts with pictures against a real vLLM that runs in float32 on a checkpoint that looks at
 * them; as {@link RealServerTest}, with {@code -Dsapo.server.pictures=URL} for {@code
 * -Dsapo.server}.
 */
@EnabledIfSystemProperty(named = "sapo.server.pictures", matches = "http.*")
class RealPicturesTest {
  private static final int RESPONSES = Integer.getInteger("sapo.server.responses", 50);
  private static final int MOST_PROMPT_TOKENS = 512;
  private static final Sampling SAMPLING = new Sampling(1, 1, 0, 24);

  @TempDir Path temp;

  @Test
  void logProbsAreThoseOfThePromptWithItsPictures() throws Exception {
    CheckpointFolder checkpoint =
        CheckpointFolder.open(Path.of(System.getProperty("sapo.server.checkpoint")));
    try (BaseModel base =
            BaseModel.adapted(
                checkpoint, checkpoint.config(), AdapterConfig.of(16, 32), Device.cpu());
        CheckpointProfile profile = CheckpointProfile.open(checkpoint, ProfileSettings.DEFAULT);
        Weights weights = EngineHarness.adapters(base, 1, 0.02);
        ServerEngine engine = engine(checkpoint, base, profile);
        Network network = Network.load(base.config(), Head.LANGUAGE_MODEL, base.device())) {
      engine.use(weights, 1);
      KafkaFixture.await("the server", () -> engine.freeSlots() > 0);
      PromptBuilder prompts =
          new PromptBuilder(
              profile, MOST_PROMPT_TOKENS, new PictureSettings(PictureFiles.none(), 0));
      List<GenerationRequest> asked = new ArrayList<>();
      List<Generation> generated = new ArrayList<>();
      try (FiguresTaskSource tasks = new FiguresTaskSource(Split.TRAINING, 1)) {
        while (generated.size() < RESPONSES) {
          if (asked.size() < RESPONSES && engine.freeSlots() > 0) {
            Task task = tasks.next().orElseThrow();
            asked.add(
                new GenerationRequest(
                    Integer.toString(asked.size()), prompts.build(task), SAMPLING, asked.size()));
            engine.submit(asked.get(asked.size() - 1), () -> prompts.chat(task));
          } else {
            engine.advance().forEach(outcome -> generated.add(generated(outcome)));
          }
        }
      }
      compare(network, weights, profile.unspeakableTokens(), asked, generated);
    }
  }

  private static Generation generated(Outcome outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Generated.class);
    return ((Outcome.Generated) outcome).generation();
  }

  private static void compare(
      Network network,
      Weights weights,
      List<Integer> banned,
      List<GenerationRequest> asked,
      List<Generation> generated) {
    double gap = 0;
    double most = 0;
    int tokens = 0;
    for (Generation one : generated) {
      TokenSequence prompt = asked.get(Integer.parseInt(one.id())).prompt();
      int[] all =
          IntStream.concat(Arrays.stream(prompt.promptTokens()), Arrays.stream(one.tokens()))
              .toArray();
      float[] logits =
          network.logits(weights, List.of(new TokenSequence(all, prompt.pictures(), new int[0])));
      double[] expected = logProbs(logits, one.tokens(), all.length, banned);
      for (int i = 0; i < one.tokens().length; i++) {
        double difference = Math.abs(expected[i] - one.logProbs()[i]);
        gap += difference;
        most = Math.max(most, difference);
        tokens++;
      }
    }
    System.out.printf(
        "%d responses to pictures, %d tokens: log-probabilities differ by %.3g nats in the mean, %.3g at most%n",
        generated.size(), tokens, gap / tokens, most);
    assertThat(gap / tokens).isLessThan(0.01);
  }

  /** Of the response's tokens, among those that may be sampled. */
  private static double[] logProbs(
      float[] logits, int[] response, int length, List<Integer> banned) {
    int vocabulary = logits.length / length;
    double[] logProbs = new double[response.length];
    for (int i = 0; i < response.length; i++) {
      int place = (length - response.length - 1 + i) * vocabulary;
      double sum = 0;
      for (int token = 0; token < vocabulary; token++) {
        sum += banned.contains(token) ? 0 : Math.exp(logits[place + token]);
      }
      logProbs[i] = logits[place + response[i]] - Math.log(sum);
    }
    return logProbs;
  }

  private ServerEngine engine(
      CheckpointFolder checkpoint, BaseModel base, CheckpointProfile profile) {
    return new ServerEngine(
        RealServer.settings("sapo.server.pictures", temp.resolve("served")),
        checkpoint,
        base,
        profile,
        8,
        MOST_PROMPT_TOKENS,
        SAMPLING);
  }
}
