package io.sapo.policy.text;

import java.util.Arrays;

/**
 * The characters that stand for bytes in the vocabulary of a byte-level BPE tokenizer (GPT-2's
 * {@code bytes_to_unicode}): printable Latin-1 stands for itself, all else lies from U+0100 on.
 */
final class ByteAlphabet {
  private static final char[] SYMBOL_OF_BYTE = new char[256];
  private static final int[] BYTE_OF_SYMBOL = new int[0x200];

  static {
    Arrays.fill(BYTE_OF_SYMBOL, -1);
    char next = 0x100;
    for (int value = 0; value < 256; value++) {
      boolean printable =
          value >= '!' && value <= '~'
              || value >= 0xa1 && value <= 0xac
              || value >= 0xae && value <= 0xff;
      SYMBOL_OF_BYTE[value] = printable ? (char) value : next++;
      BYTE_OF_SYMBOL[SYMBOL_OF_BYTE[value]] = value;
    }
  }

  private ByteAlphabet() {}

  static char symbol(int unsignedByte) {
    return SYMBOL_OF_BYTE[unsignedByte];
  }

  /** Spells bytes with the alphabet. */
  static String symbols(byte[] bytes) {
    StringBuilder symbols = new StringBuilder(bytes.length);
    for (byte value : bytes) {
      symbols.append(symbol(value & 0xff));
    }
    return symbols.toString();
  }

  /** The bytes that a vocabulary entry stands for, or null when it has other characters. */
  static byte[] bytes(String symbols) {
    byte[] bytes = new byte[symbols.length()];
    for (int i = 0; i < bytes.length; i++) {
      char symbol = symbols.charAt(i);
      if (symbol >= BYTE_OF_SYMBOL.length || BYTE_OF_SYMBOL[symbol] < 0) {
        return null;
      }
      bytes[i] = (byte) BYTE_OF_SYMBOL[symbol];
    }
    return bytes;
  }
}
