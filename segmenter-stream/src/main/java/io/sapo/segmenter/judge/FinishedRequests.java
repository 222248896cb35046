package io.sapo.segmenter.judge;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes requests that have been answered from their topic, now and then. Best effort: what is not
 * deleted now is next time, or by the topic's retention. For one thread.
 */
final class FinishedRequests implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(FinishedRequests.class);
  private static final long DELETE_EVERY_NANOS = Duration.ofSeconds(30).toNanos();

  private final Admin admin;
  private final Map<TopicPartition, Long> ends = new HashMap<>();
  private long deletedAt = System.nanoTime();

  FinishedRequests(Map<String, Object> kafka) {
    this.admin = Admin.create(kafka);
  }

  /** All before an offset. */
  void add(TopicPartition partition, long end) {
    ends.put(partition, end);
  }

  /** It is another worker's now. */
  void forget(TopicPartition partition) {
    ends.remove(partition);
  }

  void deleteNowAndThen() {
    long now = System.nanoTime();
    if (now - deletedAt >= DELETE_EVERY_NANOS) {
      deletedAt = now;
      delete();
    }
  }

  private void delete() {
    Map<TopicPartition, RecordsToDelete> finished = new HashMap<>();
    ends.forEach((at, end) -> finished.put(at, RecordsToDelete.beforeOffset(end)));
    ends.clear();
    if (!finished.isEmpty()) {
      admin
          .deleteRecords(finished)
          .all()
          .whenComplete(
              (deleted, problem) -> {
                if (problem != null) {
                  log.debug("answered requests are not deleted: {}", problem.toString());
                }
              });
    }
  }

  @Override
  public void close() {
    admin.close(Duration.ofSeconds(1));
  }
}
