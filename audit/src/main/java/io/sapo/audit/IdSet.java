package io.sapo.audit;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * Which ids were seen, as the first 128 bits of their SHA-256 in an open-addressed table: 16 bytes
 * a slot, at most two thirds full, whatever the ids' lengths. Two ids of a set of a billion share
 * these bits with probability 10⁻²¹.
 */
final class IdSet {
  private final MessageDigest digest;
  private long[] table = new long[2 << 10];
  private int size;

  IdSet() {
    digest = DigestUtils.getSha256Digest();
  }

  /** Whether the id is new. */
  boolean add(String id) {
    ByteBuffer hash = ByteBuffer.wrap(digest.digest(id.getBytes(StandardCharsets.UTF_8)));
    long high = hash.getLong();
    // A free slot is two zeros; an odd half is never zero.
    if (!place(table, high, hash.getLong() | 1)) {
      return false;
    }
    size++;
    if (3L * size > table.length) {
      grow();
    }
    return true;
  }

  private static boolean place(long[] table, long high, long low) {
    int slots = table.length / 2;
    int slot = (int) (high & (slots - 1));
    while (table[2 * slot + 1] != 0) {
      if (table[2 * slot] == high && table[2 * slot + 1] == low) {
        return false;
      }
      slot = (slot + 1) & (slots - 1);
    }
    table[2 * slot] = high;
    table[2 * slot + 1] = low;
    return true;
  }

  private void grow() {
    long[] larger = new long[2 * table.length];
    for (int i = 0; i < table.length; i += 2) {
      if (table[i + 1] != 0) {
        place(larger, table[i], table[i + 1]);
      }
    }
    table = larger;
  }
}
