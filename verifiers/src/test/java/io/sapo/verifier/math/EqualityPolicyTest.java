package io.sapo.verifier.math;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EqualityPolicyTest {
  private static final EqualityPolicy USUAL = EqualityPolicy.DEFAULT;

  private static EqualityPolicy policy(String name) {
    return switch (name) {
      case "units" ->
          new EqualityPolicy(
              EqualityPolicy.Units.REQUIRED, USUAL.percent(), USUAL.decimals(), USUAL.lists());
      case "sign" ->
          new EqualityPolicy(
              USUAL.units(), EqualityPolicy.Percent.SIGN, USUAL.decimals(), USUAL.lists());
      case "value" ->
          new EqualityPolicy(
              USUAL.units(), EqualityPolicy.Percent.VALUE, USUAL.decimals(), USUAL.lists());
      case "rounded" ->
          new EqualityPolicy(
              USUAL.units(), USUAL.percent(), EqualityPolicy.Decimals.ROUNDED, USUAL.lists());
      case "ordered" ->
          new EqualityPolicy(
              USUAL.units(), USUAL.percent(), USUAL.decimals(), EqualityPolicy.Lists.ORDERED);
      default -> USUAL;
    };
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "usual | 5 | 5\\text{ cm} | true",
        "units | 5 | 5\\text{ cm} | false",
        "units | 0.05\\text{ m} | 5\\text{ cm} | true",
        "units | 5\\text{ cm} | 5 | true",
        "units | 12 | 12\\text{ apples} | true",
        "usual | 25 | 25\\% | true",
        "usual | 0.25 | 25\\% | true",
        "sign | 25 | 25\\% | true",
        "sign | 0.25 | 25\\% | false",
        "sign | 25\\% | 0.25 | false",
        "value | 25 | 25\\% | false",
        "value | 0.25 | 25\\% | true",
        "value | 25\\% | \\frac{1}{4} | true",
        "value | 60 | 60^\\circ | true",
        "usual | 0.333 | \\frac{1}{3} | false",
        "rounded | 0.333 | \\frac{1}{3} | true",
        "rounded | 0.33 | \\frac{1}{3} | false",
        "rounded | 0.334 | \\frac{1}{3} | false",
        "rounded | 28.27 | 9\\pi | true",
        "rounded | \\sqrt{2} | 1.41421 | true",
        "rounded | 0.000 | 1.6\\times10^{-19} | false",
        "rounded | 2147483648 | 2147483647 | false",
        "rounded | 100.0 | (0,100) | false",
        "usual | 3, 1, 2 | 1,2,3 | true",
        "ordered | 3, 1, 2 | 1,2,3 | false",
        "ordered | 1, 2, 3 | 1,2,3 | true",
        "ordered | \\{2,1\\} | \\{1,2\\} | true",
        "ordered | (1,2) | (1,2) | true"
      })
  void whereFieldsDifferTheConfigurationDecides(
      String policy, String answer, String reference, boolean equal) {
    assertThat(MathEquality.same(answer, reference, policy(policy)))
        .as("%s: %s against %s", policy, answer, reference)
        .isEqualTo(equal);
    assertThat(MathEquality.compare(answer, reference, policy(policy)).equal()).isEqualTo(equal);
  }

  @ParameterizedTest
  @CsvSource({"usual", "units", "sign", "value", "rounded", "ordered"})
  void everyAnswerEqualsItself(String name) {
    for (String answer :
        List.of("5\\text{ cm}", "25\\%", "0.333", "1,2,3", "(1,2]", "\\frac{1}{3}", "x+1")) {
      assertThat(MathEquality.same(answer, answer, policy(name))).as(answer).isTrue();
    }
  }
}
