package io.sapo.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RowTest {
  @Test
  void aBarSaysWhetherItIsMet() {
    assertThat(Row.atLeast("b", "m", 0.61, "ratio", 0.6))
        .isEqualTo(new Row("b", "m", 0.61, "ratio", ">= 0.6", true));
    assertThat(Row.atLeast("b", "m", 0.59, "ratio", 0.6).ok()).isFalse();
    assertThat(Row.atMost("b", "m", 251, "ms", 250).bar()).isEqualTo("<= 250");
    assertThat(Row.atMost("b", "m", 251, "ms", 250).ok()).isFalse();
    assertThat(Row.atLeast("b", "m", Double.NaN, "ratio", 0.6).ok()).isFalse();
    assertThat(Row.atMost("b", "m", Double.NaN, "ratio", 0.6).ok()).isFalse();
  }

  @Test
  void roundingDoesNotDecide() {
    assertThat(Row.atMost("b", "m", 0.250004, "s", 0.25).ok()).isFalse();
  }

  @Test
  void aNumberWithoutABarIsNeitherMetNorMissed() {
    assertThat(Row.info("b", "m", 1, "s").ok()).isNull();
  }
}
