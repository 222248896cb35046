package io.sapo.system.cluster;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A disk that gives back other bytes than were written, below a broker that is not running. */
final class DamagedLog {
  private static final int HEADER = 12;
  private static final int LENGTH = 8;

  private DamagedLog() {}

  /**
   * Changes the last byte of each batch of records that begins at an offset or behind it.
   *
   * @return batches changed
   */
  static int damage(Path broker, String topic, int partition, long from) throws IOException {
    Path log = broker.resolve(topic + "-" + partition).resolve("00000000000000000000.log");
    int changed = 0;
    if (!Files.exists(log)) {
      return changed;
    }
    try (FileChannel file =
        FileChannel.open(log, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      long at = 0;
      while (at < file.size()) {
        ByteBuffer header = ByteBuffer.allocate(HEADER);
        file.read(header, at);
        at += HEADER + header.getInt(LENGTH);
        if (header.getLong(0) >= from) {
          ByteBuffer last = ByteBuffer.allocate(1);
          file.read(last, at - 1);
          file.write(ByteBuffer.wrap(new byte[] {(byte) ~last.get(0)}), at - 1);
          changed++;
        }
      }
    }
    return changed;
  }
}
