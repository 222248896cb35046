package io.sapo.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RowTest {
  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY})
  void aValueThatIsNotFiniteFailsWhateverTheBar(double value) {
    assertThat(Row.atMost("memory", "exponent", value, "", 1.15).ok()).isFalse();
    assertThat(Row.atLeast("memory", "exponent", value, "", 0.5).ok()).isFalse();
    assertThat(Row.info("memory", "growth", value, "KiB").ok()).isFalse();
  }

  @Test
  void aNumberWithoutABarIsNeitherMetNorMissed() {
    assertThat(Row.info("memory", "growth", 3, "KiB").ok()).isNull();
    assertThat(Row.atMost("memory", "exponent", 1.1, "", 1.15).ok()).isTrue();
  }

  @Test
  void peaksThatDoNotGrowGiveNoExponent() {
    assertThat(MemoryBench.exponent(100, 200)).isEqualTo(1);
    assertThat(MemoryBench.exponent(-500, -100)).isNaN();
    assertThat(MemoryBench.exponent(0, 100)).isNaN();
    assertThat(MemoryBench.exponent(100, -100)).isNaN();
  }
}
