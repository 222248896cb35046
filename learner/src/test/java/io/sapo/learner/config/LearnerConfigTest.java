package io.sapo.learner.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sapo.learner.algorithm.Algorithm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
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

  /** Recorded runs carry this digest; it may change only with the config's meaning. */
  @Test
  void canonicalFormIsStable() {
    assertThat(LearnerConfig.of(Algorithm.SAPO).canonicalJson())
        .startsWith(
            "{\"actor\":{\"adam\":{\"beta1\":0.9,\"beta2\":0.999,\"epsilon\":1.0E-8,\"weightDecay\":0.01},\"learningRate\":1.0E-6,\"maxGradNorm\":1.0},\"algorithm\":{\"advantageLimit\":5.0,\"aggregation\":\"TOKEN_MEAN\",\"algorithm\":\"SAPO\"");
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
    assertThatThrownBy(() -> LearnerConfig.fromJson("{"))
        .isInstanceOf(IllegalArgumentException.class);
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
