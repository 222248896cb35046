package io.sapo.producer.figures;

/** Colours of bars, with their names in questions. */
enum Colour {
  RED(0xD62728),
  BLUE(0x1F77B4),
  GREEN(0x2CA02C),
  YELLOW(0xE8C511),
  PURPLE(0x8B3FC6),
  BLACK(0x202020);

  private final int rgb;

  Colour(int rgb) {
    this.rgb = rgb;
  }

  int rgb() {
    return rgb;
  }

  String word() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
