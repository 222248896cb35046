package io.sapo.testing;

import java.util.Arrays;
import java.util.Random;

/** Seeded damage to encoded records, most of it behind the fingerprint of their schema. */
public final class Mutations {
  /** Marker and fingerprint of the schema; most damage shall get past them. */
  private static final int HEADER = 10;

  private final Random random;

  public Mutations(long seed) {
    this.random = new Random(seed);
  }

  /** A copy with one to three changes; it may by chance be what it was. */
  public byte[] of(byte[] record) {
    byte[] bytes = record.clone();
    for (int changes = 1 + random.nextInt(3); changes > 0 && bytes.length > 0; changes--) {
      bytes = changed(bytes);
    }
    return bytes;
  }

  private byte[] changed(byte[] bytes) {
    int at =
        random.nextInt(20) == 0 || bytes.length <= HEADER
            ? random.nextInt(bytes.length)
            : HEADER + random.nextInt(bytes.length - HEADER);
    switch (random.nextInt(6)) {
      case 0:
        return Arrays.copyOf(bytes, at);
      case 1:
        byte[] cut = Arrays.copyOf(bytes, bytes.length - 1);
        System.arraycopy(bytes, at + 1, cut, at, cut.length - at);
        return cut;
      case 2:
        byte[] grown = Arrays.copyOf(bytes, bytes.length + 1);
        System.arraycopy(bytes, at, grown, at + 1, bytes.length - at);
        grown[at] = (byte) random.nextInt();
        return grown;
      case 3:
        bytes[at] = (byte) 0xFF;
        return bytes;
      case 4:
        bytes[at] = (byte) random.nextInt();
        return bytes;
      default:
        bytes[at] ^= (byte) (1 << random.nextInt(8));
        return bytes;
    }
  }
}
