package io.sapo.producer.task;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * The non-blank lines of a text file, of which only the positions are held in memory. Owns the open
 * file; reading is thread-safe.
 */
final class LineFile implements Closeable {
  static final int MAX_LINE_BYTES = 16 << 20;

  /** Sixteen bytes of heap each, and as many again in the order in which they are read. */
  static final int MAX_LINES = 1 << 24;

  private final FileChannel channel;
  private long[] starts = new long[64];
  private int[] lengths = new int[64];
  private int[] numbers = new int[64];
  private int count;

  /**
   * @throws IOException when the file cannot be read, a line is longer than 16 MiB, blank ones
   *     included, or there are too many
   */
  LineFile(Path file) throws IOException {
    this(FileChannel.open(file, StandardOpenOption.READ), file.toString());
  }

  /**
   * @param channel closed with this, and when this throws
   * @param name for messages
   * @throws IOException as of a file
   */
  LineFile(FileChannel channel, String name) throws IOException {
    this.channel = channel;
    try {
      index(name);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  int count() {
    return count;
  }

  /** Number of the line in the file, from 1. */
  int number(int index) {
    return numbers[index];
  }

  byte[] read(int index) throws IOException {
    ByteBuffer line = ByteBuffer.allocate(lengths[index]);
    while (line.hasRemaining()) {
      if (channel.read(line, starts[index] + line.position()) < 0) {
        throw new EOFException("the file has become shorter while it was in use");
      }
    }
    return line.array();
  }

  private void index(String file) throws IOException {
    InputStream in = new BufferedInputStream(Channels.newInputStream(channel.position(0)), 1 << 16);
    int number = 1;
    long start = 0;
    long position = 0;
    boolean blank = true;
    int next;
    do {
      next = in.read();
      if (next == '\n' || next < 0) {
        if (!blank) {
          add(file, start, (int) (position - start), number);
        }
        number++;
        start = position + 1;
        blank = true;
      } else {
        blank &= next <= ' ';
        if (position - start == MAX_LINE_BYTES) {
          throw new IOException(
              "%s, line %d: has more than the %d bytes that are taken"
                  .formatted(file, number, MAX_LINE_BYTES));
        }
      }
      position++;
    } while (next >= 0);
  }

  private void add(String file, long start, int length, int number) throws IOException {
    if (count == MAX_LINES) {
      throw new IOException(
          "%s: has more than the %d lines that are taken".formatted(file, MAX_LINES));
    }
    if (count == starts.length) {
      starts = Arrays.copyOf(starts, 2 * count);
      lengths = Arrays.copyOf(lengths, 2 * count);
      numbers = Arrays.copyOf(numbers, 2 * count);
    }
    starts[count] = start;
    lengths[count] = length;
    numbers[count] = number;
    count++;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
