package io.sapo.verifier.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import ch.obermuhlner.math.big.BigDecimalMath;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ElementaryTest {
  private static final MathContext MANY = new MathContext(90);
  private static final BigDecimal WITHIN = BigDecimal.ONE.movePointLeft(58);

  @ParameterizedTest
  @ValueSource(strings = {"1e-30", "0.5", "0.999", "1", "1.001", "7.25", "20", "-0.5", "-3", "60"})
  void areThoseOfTheLibrary(String text) {
    BigDecimal x = new BigDecimal(text);
    assertSame(Elementary.sinh(x), BigDecimalMath.sinh(x, MANY));
    assertSame(Elementary.cosh(x), BigDecimalMath.cosh(x, MANY));
    assertSame(Elementary.tanh(x), BigDecimalMath.tanh(x, MANY));
    BigDecimal size = x.abs();
    for (BigDecimal each :
        new BigDecimal[] {size, size.movePointRight(40), size.movePointLeft(40)}) {
      assertSame(Elementary.sqrt(each), BigDecimalMath.sqrt(each, MANY));
      assertSame(Elementary.ln(each), BigDecimalMath.log(each, MANY));
    }
  }

  private static void assertSame(BigDecimal found, BigDecimal exact) {
    assertThat(found.subtract(exact).abs()).isLessThanOrEqualTo(exact.abs().multiply(WITHIN, MANY));
  }

  /** The greatest and least arguments that there are; of the library they take minutes. */
  @Test
  void takeTheSameTimeForLargeAndTinyNumbers() {
    BigDecimal large = BigDecimal.valueOf(3_000);
    BigDecimal tiny = new BigDecimal("1.5e-2990");
    UnaryOperator<BigDecimal> square = x -> x.multiply(x, MANY);
    assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () -> {
          for (int i = 0; i < 100; i++) {
            assertThat(Elementary.tanh(large)).isEqualByComparingTo("1");
            assertThat(Elementary.tanh(large.negate())).isEqualByComparingTo("-1");
            assertThat(Elementary.sinh(large)).isEqualByComparingTo(Elementary.cosh(large));
            assertSame(square.apply(Elementary.sqrt(tiny)), tiny);
            assertThat(Elementary.ln(tiny).intValue()).isEqualTo(-6_884);
          }
        });
  }
}
