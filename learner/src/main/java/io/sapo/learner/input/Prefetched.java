package io.sapo.learner.input;

import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Hand-over from the fetch thread to the training thread, bounded by count and by bytes. The fetch
 * thread's failure, whatever it is, reaches the training thread after the records fetched before
 * it.
 */
final class Prefetched {

  private final int maxRecords;
  private final long maxBytes;
  private final Queue<InputRecord> records = new ArrayDeque<>();
  private long bytes;
  private Throwable failure;

  Prefetched(int maxRecords, long maxBytes) {
    this.maxRecords = maxRecords;
    this.maxBytes = maxBytes;
  }

  /** Takes the record whatever its size; {@link #hasRoom} says when to stop. */
  synchronized void put(InputRecord record) {
    records.add(record);
    bytes += record.bytes();
    notifyAll();
  }

  synchronized boolean hasRoom() {
    return records.size() < maxRecords && bytes < maxBytes;
  }

  synchronized void fail(Throwable cause) {
    failure = cause;
    notifyAll();
  }

  synchronized int size() {
    return records.size();
  }

  /** Null when nothing came in time. */
  synchronized InputRecord take(long timeoutMs) throws InterruptedException {
    if (records.isEmpty() && failure == null) {
      wait(timeoutMs);
    }
    InputRecord record = records.poll();
    if (record != null) {
      bytes -= record.bytes();
    } else if (failure instanceof Error error) {
      throw error;
    } else if (failure != null) {
      throw (RuntimeException) failure;
    }
    return record;
  }
}
