package io.sapo.command;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PrintableTest {
  @Test
  void whatATerminalWouldObeyIsShownAsAMark() {
    String evil = "a\u001b]52;c;cm0=\u0007b\u009b2Kc\rd\u202ee\u0000\u007f";
    assertThat(Printable.text(evil))
        .isEqualTo("a\uFFFD]52;c;cm0=\uFFFDb\uFFFD2Kc\uFFFDd\uFFFDe\uFFFD\uFFFD");
    assertThat(Printable.line("a\r\n\tb")).isEqualTo("a\\r\\n\\tb");
  }

  @Test
  void allElseStays() {
    String text = "grüße 思考 \ud83d\ude00\n\tif (a < b) {} €";
    assertThat(Printable.text(text)).isSameAs(text);
  }
}
