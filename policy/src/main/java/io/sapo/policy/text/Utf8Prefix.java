package io.sapo.policy.text;

/** Follows bytes and knows how many of the last ones may still become a character (RFC 3629). */
final class Utf8Prefix {
  private int pending;
  private int missing;
  private int least;
  private int greatest;

  /** Takes a byte in and returns how many of the last bytes wait for more. */
  int pendingAfter(int value) {
    if (missing > 0 && value >= least && value <= greatest) {
      missing--;
      pending = missing == 0 ? 0 : pending + 1;
      least = 0x80;
      greatest = 0xbf;
    } else {
      begin(value);
    }
    return pending;
  }

  private void begin(int value) {
    missing = value < 0xc2 || value > 0xf4 ? 0 : value < 0xe0 ? 1 : value < 0xf0 ? 2 : 3;
    pending = missing > 0 ? 1 : 0;
    least = value == 0xe0 ? 0xa0 : value == 0xf0 ? 0x90 : 0x80;
    greatest = value == 0xed ? 0x9f : value == 0xf4 ? 0x8f : 0xbf;
  }
}
