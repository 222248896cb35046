package io.sapo.learner.commit;

import io.sapo.schemas.Topics;
import io.sapo.schemas.WeightVersion;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes published weights that no reader needs any more. The topic itself has neither
 * retention.ms nor retention.bytes, since no number fits all models: the chunks that the newest
 * version needs must stay, however large they are and however long the run is paused.
 *
 * <p>The newest two anchors always stay, so that a reader that started at the one before can
 * finish. What cannot be deleted now is deleted later. For the training thread, which does not wait
 * for the broker.
 */
public final class ChunkRetention implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ChunkRetention.class);
  private static final int LEAST = 2;
  private static final int ASK_SECONDS = 5;

  private final Admin admin;
  private final TopicPartition partition;
  private final long keepBytes;
  private final Deque<Long> anchors = new ArrayDeque<>();

  /**
   * @param admin owned from here on
   * @param keepBytes that whole publications may take together
   * @param anchorOffsets where those that are there begin, oldest first
   */
  public ChunkRetention(Admin admin, Topics topics, long keepBytes, List<Long> anchorOffsets) {
    this.admin = admin;
    this.partition = new TopicPartition(topics.weightChunks().name(), 0);
    this.keepBytes = keepBytes;
    anchors.addAll(anchorOffsets);
  }

  /**
   * A version is committed.
   *
   * @param wholeBytes of all weights as published
   */
  public void committed(WeightVersion version, long wholeBytes) {
    if (!version.getAnchor()) {
      return;
    }
    anchors.add(version.getFirstChunkOffset());
    int keep = (int) Math.max(LEAST, Math.min(Integer.MAX_VALUE, keepBytes / wholeBytes));
    if (anchors.size() <= keep) {
      return;
    }
    while (anchors.size() > keep) {
      anchors.remove();
    }
    deleteBefore(anchors.element());
  }

  /**
   * Whether the broker no longer has all chunks of the newest version, so that a new reader cannot
   * assemble it. False where that is not known.
   */
  public boolean newestIsGone() {
    if (anchors.isEmpty()) {
      return false;
    }
    try {
      long begin =
          admin
              .listOffsets(Map.of(partition, OffsetSpec.earliest()))
              .partitionResult(partition)
              .get(ASK_SECONDS, TimeUnit.SECONDS)
              .offset();
      return begin > anchors.getLast();
    } catch (ExecutionException | TimeoutException e) {
      log.debug("{} was not looked at: {}", partition, e.toString());
      return false;
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  private void deleteBefore(long offset) {
    admin
        .deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(offset)))
        .all()
        .whenComplete(
            (done, failure) -> {
              if (failure != null) {
                log.warn(
                    "old weights in front of offset {} of {} are not deleted yet: {}",
                    offset,
                    partition,
                    failure.toString());
              }
            });
  }

  @Override
  public void close() {
    admin.close(Duration.ofSeconds(2));
  }
}
