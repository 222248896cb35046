package io.sapo.learner.commit;

import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.ApplicationRecoverableException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordTooLargeException;

/** What a failure of a transactional producer means for a commit. */
final class CommitErrors {
  private CommitErrors() {}

  /** Throws what ends this learner; returns what a new transaction can mend. */
  static KafkaException classified(KafkaException e, String transactionalId, String topicPrefix) {
    if (ofAnotherEpoch(e)) {
      throw new FencedException(transactionalId, e);
    }
    if (e instanceof RecordTooLargeException) {
      throw new CommitFailedException(
          "a record of the commit is larger than its topic takes (max.message.bytes of the topics with prefix '%s'): %s"
              .formatted(topicPrefix, e.getMessage()),
          e);
    }
    if (e instanceof AuthorizationException
        || e instanceof InterruptException
        || e instanceof ApplicationRecoverableException) {
      throw e;
    }
    return e;
  }

  /** Whether the coordinator knows this transaction no more; a client says so once and for all. */
  private static boolean ofAnotherEpoch(KafkaException e) {
    for (Throwable at = e; at != null; at = at.getCause()) {
      if (at instanceof ProducerFencedException
          || at instanceof InvalidProducerEpochException
          || at instanceof InvalidTxnStateException) {
        return true;
      }
    }
    return false;
  }
}
