package io.sapo.policy.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sapo.policy.ReferenceModels;
import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.device.TestDevice;
import io.sapo.policy.layout.Head;
import io.sapo.policy.layout.WeightLayout;
import io.sapo.policy.picture.PreparedPicture;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class NetworkTest {
  private static final int IMAGE = 302;
  private static ModelConfig config;
  private static Weights actor;
  private static Network network;

  @BeforeAll
  static void load() {
    config =
        ModelConfig.read(
            ReferenceModels.shipped().resolve("tiny-qwen2_5_vl").resolve("config.json"));
    actor = Weights.random(config, Head.LANGUAGE_MODEL, 1, TestDevice.get());
    network = Network.load(config, Head.LANGUAGE_MODEL, TestDevice.get());
  }

  @AfterAll
  static void close() {
    network.close();
    actor.close();
  }

  /** As LANG=fa_IR.UTF-8 sets it, whose numbers have digits of their own. */
  @Test
  void namesAndScriptsAreTheSameWhateverTheLocale() {
    String slots = WeightLayout.of(config, Head.LANGUAGE_MODEL, null).slots().toString();
    String source = WeightLayout.source(config);
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("fa-IR"));
    try {
      assertThat(WeightLayout.of(config, Head.LANGUAGE_MODEL, null).slots().toString())
          .isEqualTo(slots);
      assertThat(WeightLayout.source(config)).isEqualTo(source);
    } finally {
      Locale.setDefault(before);
    }
  }

  /** Neighbours, padding, windows of other sizes and shared pictures leave a row's scores alone. */
  @Test
  void rowsDoNotSeeOneAnother() {
    PreparedPicture shared = picture(4, 6, 1);
    List<TokenSequence> batch =
        List.of(
            withPictures(shared),
            TokenSequence.text(new int[] {7, 8}, new int[] {9, 10, 11, 12, 13, 14, 15, 16, 17}),
            withPictures(picture(10, 18, 2), picture(2, 2, 3)),
            withPictures(picture(4, 4, 4), shared),
            TokenSequence.text(new int[] {7}, new int[0]));
    TokenScores together = network.score(actor, batch, 0.7);
    for (int i = 0; i < batch.size(); i++) {
      TokenScores alone = network.score(actor, List.of(batch.get(i)), 0.7);
      ReferenceCase.assertClose("row " + i, together.logProbs()[i], alone.logProbs()[0]);
      ReferenceCase.assertClose("row " + i, together.entropies()[i], alone.entropies()[0]);
    }
  }

  @Test
  void picturesMatter() {
    float[] one = network.score(actor, List.of(withPictures(picture(4, 4, 1))), 1).logProbs()[0];
    float[] other = network.score(actor, List.of(withPictures(picture(4, 4, 2))), 1).logProbs()[0];
    assertThat(one).isNotEqualTo(other);
  }

  @Test
  void aFreshCriticSaysZeroAndAHeadIsReadBeforeEachToken() {
    try (Weights critic = Weights.criticFrom(actor);
        Network values = Network.load(config, Head.SCALAR, TestDevice.get())) {
      List<TokenSequence> batch = List.of(withPictures(picture(4, 4, 1)));
      assertThat(values.values(critic, batch)[0]).containsOnly(0).hasSize(5);

      critic.arrays().get("score.weight").addi(1);
      float[] full = values.values(critic, batch)[0];
      TokenSequence prefix =
          new TokenSequence(batch.get(0).promptTokens(), batch.get(0).pictures(), new int[] {99});
      float[] first = values.values(critic, List.of(prefix))[0];
      ReferenceCase.assertClose("the first value", first, Arrays.copyOf(full, 1));
      assertThatThrownBy(() -> values.score(actor, batch, 1)).hasMessageContaining("head");
    }
  }

  @Test
  void severalThreadsScoreAtOnce() throws Exception {
    List<TokenSequence> batch = List.of(withPictures(picture(4, 8, 1)));
    float[] expected = network.score(actor, batch, 1).logProbs()[0];
    ExecutorService threads = Executors.newFixedThreadPool(3);
    try {
      Callable<float[]> task = () -> network.score(actor, batch, 1).logProbs()[0];
      for (Future<float[]> result : threads.invokeAll(List.of(task, task, task, task, task))) {
        assertThat(result.get()).isEqualTo(expected);
      }
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void picturesAndImageTokensMustMatch() {
    PreparedPicture picture = picture(4, 4, 1);
    int[] answer = {9};
    assertThatThrownBy(() -> score(new TokenSequence(prompt(3), List.of(picture), answer)))
        .hasMessage("Picture 0 of a prompt takes 4 image tokens but the prompt has 3 from 1 on");
    assertThatThrownBy(() -> score(new TokenSequence(prompt(5), List.of(picture), answer)))
        .hasMessage("A prompt has an image token at 5 after the tokens of its 1 pictures");
    assertThatThrownBy(() -> score(new TokenSequence(prompt(0), List.of(picture), answer)))
        .hasMessage("A prompt has 1 pictures but image tokens for 0");
    PreparedPicture odd = new PreparedPicture(1, 4, 4, new float[16 * 7]);
    assertThatThrownBy(() -> score(new TokenSequence(prompt(4), List.of(odd), answer)))
        .hasMessageContaining("does not fit the vision tower");
  }

  private static void score(TokenSequence sequence) {
    network.score(actor, List.of(sequence), 1);
  }

  private static int[] prompt(int imageTokens) {
    int[] prompt = new int[imageTokens + 2];
    Arrays.fill(prompt, IMAGE);
    prompt[0] = 5;
    prompt[imageTokens + 1] = 6;
    return prompt;
  }

  private static TokenSequence withPictures(PreparedPicture... pictures) {
    List<Integer> prompt = new ArrayList<>(List.of(5));
    for (PreparedPicture picture : pictures) {
      for (int i = 0; i < picture.mergedTokens(2); i++) {
        prompt.add(IMAGE);
      }
      prompt.add(6);
    }
    return new TokenSequence(
        prompt.stream().mapToInt(Integer::intValue).toArray(),
        List.of(pictures),
        new int[] {20, 21, 22, 23, IMAGE});
  }

  private static PreparedPicture picture(int rows, int columns, long seed) {
    Random random = new Random(seed);
    float[] patches = new float[rows * columns * config.vision().orElseThrow().patches().values()];
    for (int i = 0; i < patches.length; i++) {
      patches[i] = (float) random.nextGaussian();
    }
    return new PreparedPicture(1, rows, columns, patches);
  }
}
