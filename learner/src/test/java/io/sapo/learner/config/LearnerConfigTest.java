package io.sapo.learner.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sapo.learner.ChangedConfig;
import io.sapo.learner.algorithm.Algorithm;
import io.sapo.learner.algorithm.AlgorithmSettings;
import io.sapo.learner.algorithm.KlCoefficient;
import io.sapo.learner.algorithm.OffPolicy;
import io.sapo.learner.algorithm.Overlong;
import io.sapo.learner.algorithm.Scope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class LearnerConfigTest {

  @ParameterizedTest
  @EnumSource(Algorithm.class)
  void canonicalJsonReadsBackAsTheSameConfig(Algorithm algorithm) {
    LearnerConfig config = LearnerConfig.of(algorithm);
    LearnerConfig again = LearnerConfig.fromJson(config.canonicalJson());
    assertThat(again).isEqualTo(config);
    assertThat(again.digest()).isEqualTo(config.digest()).hasSize(64);
  }

  /** Recorded runs carry these digests; they may change only with the config's meaning. */
  @ParameterizedTest
  @CsvSource({
    "SAPO, 84228dbcaf515f915883868e80aeda47b9620fefbbcc1de793e2317171f07d88",
    "PPO, a3685a3b73e53c6f7872ba270f185032b40b38f19fa33a5ad2a6ce7fc9b7ca76",
    "VC_PPO, af905102e6863e2f083726cc7a56bace2d4066a3a0ec8e5acc4f67451ea877ae",
    "DAPO, d3ea2cc629557102f0b16c52b91ce818bd406dbfe6b334e88e9a88785914a928"
  })
  void canonicalFormIsStable(Algorithm algorithm, String digest) {
    assertThat(LearnerConfig.of(algorithm).digest()).isEqualTo(digest);
  }

  /** Presets had a limit of advantages then; what was recorded has it still. */
  @Test
  void aRecordedPresetStaysWhatItWas() {
    LearnerConfig recorded =
        LearnerConfig.fromJson(
            LearnerConfig.of(Algorithm.PPO)
                .canonicalJson()
                .replace("\"advantageLimit\":0.0", "\"advantageLimit\":5.0"));
    assertThat(recorded.algorithm().advantageLimit()).isEqualTo(5);
    assertThat(recorded.digest())
        .isEqualTo("ab020b1ee52a8618ebd1d2cbb529feff6d1261184d620a6529beac523708d2f2");
  }

  /** What was recorded by formulas 2 keeps its digest, and is told apart. */
  @Test
  void earlierFormulasStayRecordedAsSuch() {
    LearnerConfig earlier = LearnerConfig.fromJson(byFormulas2(LearnerConfig.of(Algorithm.SAPO)));
    assertThat(earlier.digest())
        .isEqualTo("63df579ea17f34179416091abba9b28ccfc261e6620cd6767f081726e65264e0");
    assertThat(earlier.byEarlierFormulas()).isTrue();
    assertThat(LearnerConfig.of(Algorithm.SAPO).byEarlierFormulas()).isFalse();
    assertThat(LearnerConfig.fromJson(FIRST_FORMULAS).byEarlierFormulas()).isTrue();
  }

  private static String byFormulas2(LearnerConfig config) {
    return config.canonicalJson().replace("\"mathematics\":3", "\"mathematics\":2");
  }

  /** Settings of batches and steps stand beside all others: other languages read them there. */
  @Test
  void recordedConfigIsFlat() {
    String json = LearnerConfig.of(Algorithm.SAPO).canonicalJson();
    assertThat(json)
        .contains("\"batchSize\":512,\"critic\"", "\"maxStaleness\":1,", "\"miniBatchSize\":128,");
    assertThatThrownBy(
            () -> LearnerConfig.fromJson(json.replace("{\"actor\"", "{\"batch\":{},\"actor\"")))
        .hasMessageContaining("key 'batch'");
  }

  /** As the releases before formulas number 2 wrote it. */
  private static final String FIRST_FORMULAS =
      "{\"actor\":{\"adam\":{\"beta1\":0.9,\"beta2\":0.999,\"epsilon\":1.0E-8,\"weightDecay\":0.01},\"learningRate\":0.003,\"maxGradNorm\":1.0},\"algorithm\":{\"advantageLimit\":5.0,\"aggregation\":\"TOKEN_MEAN\",\"algorithm\":\"GRPO\",\"clip\":{\"dual\":3.0,\"high\":0.28,\"low\":0.2},\"criticLambda\":0.99,\"gamma\":1.0,\"lambda\":0.99,\"lossKl\":0.01,\"lossKlEstimator\":\"K1\",\"offPolicy\":{\"cap\":2.0,\"high\":5.0,\"low\":0.5,\"mode\":\"TRUNCATE\",\"vtrace\":false},\"rewardKl\":{\"horizon\":1,\"initial\":0.0,\"target\":0.0},\"rewardKlEstimator\":\"K1\",\"valueClip\":0.5,\"valueReading\":\"SEGMENT_START\"},\"batchSize\":8,\"critic\":{\"adam\":{\"beta1\":0.9,\"beta2\":0.999,\"epsilon\":1.0E-8,\"weightDecay\":0.01},\"learningRate\":0.003,\"maxGradNorm\":1.0},\"criticWarmupUpdates\":0,\"epochs\":1,\"maxSequenceTokens\":64,\"maxStaleness\":1,\"microBatchTokens\":96,\"miniBatchSize\":4,\"network\":{\"adapters\":null,\"compute\":\"F32\",\"maxPixels\":0},\"schedule\":{\"decay\":\"LINEAR\",\"decayUpdates\":9,\"floor\":0.5,\"warmupUpdates\":2},\"seed\":7}";

  @Test
  void whatEarlierReleasesRecordedMeansWhatItMeant() {
    LearnerConfig config = LearnerConfig.fromJson(FIRST_FORMULAS);
    OffPolicy offPolicy = config.algorithm().offPolicy();
    assertThat(offPolicy.weighting())
        .isEqualTo(new OffPolicy.Measure(Scope.SEGMENT, OffPolicy.Form.MEAN));
    assertThat(offPolicy.rejection()).isNull();
    assertThat(config.algorithm().overlong()).isEqualTo(Overlong.END);
    assertThat(config.algorithm().clip().dual()).isEqualTo(3);
    assertThat(config.batch().dynamicSampling()).isZero();
    assertThat(config.actor().schedule().decayUpdates()).isEqualTo(9);
    assertThat(config.critic().schedule()).isEqualTo(config.actor().schedule());
    assertThat(LearnerConfig.fromJson(config.canonicalJson())).isEqualTo(config);
  }

  @Test
  void formulasThatAreNoMoreAreNotFoldedAnew() {
    assertThatThrownBy(
            () -> LearnerConfig.fromJson(FIRST_FORMULAS.replace("vtrace\":false", "vtrace\":true")))
        .hasMessageContaining("v-trace as an earlier release computed it");
    assertThatThrownBy(
            () ->
                LearnerConfig.fromJson(
                    FIRST_FORMULAS
                        .replace("GRPO", "PPO")
                        .replace("TRUNCATE", "OFF")
                        .replace("\"initial\":0.0", "\"initial\":0.1")))
        .hasMessageContaining("KL penalty in the rewards under off-policy off");
    LearnerConfig steered =
        ChangedConfig.algorithm(
            LearnerConfig.of(Algorithm.SAPO),
            AlgorithmSettings.of(Algorithm.SAPO).toBuilder()
                .overlong(Overlong.MASK)
                .rewardKl(new KlCoefficient(0.1, 0.01, 10_000))
                .build());
    assertThat(LearnerConfig.fromJson(steered.canonicalJson())).isEqualTo(steered);
    LearnerConfig before = LearnerConfig.fromJson(byFormulas2(steered));
    assertThatThrownBy(before::requireComputable).hasMessageContaining("counted masked responses");
    assertThatCode(steered::requireComputable).doesNotThrowAnyException();
    String later =
        LearnerConfig.of(Algorithm.SAPO)
            .canonicalJson()
            .replace("\"mathematics\":3", "\"mathematics\":4");
    assertThatThrownBy(() -> LearnerConfig.fromJson(later))
        .hasMessageContaining("formulas number 4, this release has number 3");
  }

  @Test
  void whatIsWrongIsNamed() {
    String good = LearnerConfig.of(Algorithm.SAPO).canonicalJson();
    assertThatThrownBy(
            () -> LearnerConfig.fromJson(good.replace("{\"actor\"", "{\"actr\":1,\"actor\"")))
        .hasMessageContaining("key 'actr'");
    assertThatThrownBy(() -> LearnerConfig.fromJson(good.replace("\"gamma\":1.0", "\"gamma\":2")))
        .hasMessageContaining("gamma must lie in [0, 1], got 2.0");
    assertThatThrownBy(() -> LearnerConfig.fromJson(good.replace("\"batchSize\":512,", "")))
        .hasMessageContaining("batchSize");
    assertThatThrownBy(
            () -> LearnerConfig.fromJson(good.replace("\"epochs\":1", "\"epochs\":\"x\"")))
        .hasMessageContaining("key 'epochs'");
    assertThatThrownBy(() -> LearnerConfig.fromJson("{"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theActorCountsItsOwnUpdates() {
    LearnerConfig config = LearnerConfig.of(Algorithm.VC_PPO);
    assertThat(config.actorUpdate(49)).isZero();
    assertThat(config.actorUpdate(50)).isZero();
    assertThat(config.actorUpdate(53)).isEqualTo(3);
    assertThat(LearnerConfig.fromJson(byFormulas2(config)).actorUpdate(53)).isEqualTo(53);
    LearnerConfig noCritic = ChangedConfig.algorithm(config, AlgorithmSettings.of(Algorithm.GRPO));
    assertThat(noCritic.actorUpdate(53)).isEqualTo(53);
  }

  @Test
  void schedulesWarmUpAndDecay() {
    LearningRateSchedule linear =
        new LearningRateSchedule(4, LearningRateSchedule.Decay.LINEAR, 14, 0.1);
    assertThat(linear.factor(0)).isEqualTo(0.25);
    assertThat(linear.factor(3)).isEqualTo(1);
    assertThat(linear.factor(9)).isCloseTo(0.55, within(1e-12));
    assertThat(linear.factor(99)).isCloseTo(0.1, within(1e-12));
    LearningRateSchedule cosine =
        new LearningRateSchedule(0, LearningRateSchedule.Decay.COSINE, 10, 0);
    assertThat(cosine.factor(5)).isCloseTo(0.5, within(1e-12));
    assertThat(LearningRateSchedule.CONSTANT.factor(1_000)).isEqualTo(1);
  }
}
