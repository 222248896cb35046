package io.sapo.verifier.math;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import org.junit.jupiter.api.Test;

class SpokenTimeTest {

  /** Rewards hang on it, and LANG=fa_IR.UTF-8 has digits of its own. */
  @Test
  void isReadAlikeWhateverTheLocale() {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("fa-IR"));
    try {
      assertThat(SpokenTime.inDigits("half past 4")).isEqualTo("4:30 o'clock");
      assertThat(SpokenTime.inDigits("five minutes to one")).isEqualTo("12:55 o'clock");
      assertThat(SpokenTime.inDigits("quarter past seven pm")).startsWith("7:15");
    } finally {
      Locale.setDefault(before);
    }
  }
}
