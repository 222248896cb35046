package io.sapo.torture;

import io.sapo.schemas.CommittedLog;
import io.sapo.schemas.Topics;
import org.apache.kafka.common.TopicPartition;

/** Follows the weights topic to the newest committed version. */
final class NewestVersion {
  private final CommittedLog log;
  private final Topics topics;
  private final TopicPartition partition;
  private long next;
  private long newest = -1;

  NewestVersion(CommittedLog log, Topics topics) {
    this.log = log;
    this.topics = topics;
    this.partition = new TopicPartition(topics.weights().name(), 0);
  }

  /** -1 while there is none. */
  long find() {
    long end = log.committedEnd(partition);
    next =
        log.read(
                partition,
                next,
                end,
                record -> newest = topics.weights().codec().decode(record.value()).getVersion())
            .offset();
    return newest;
  }
}
