package io.sapo.learner.fault;

/** Named moments at which a fault test may end the process. */
public enum FaultPoint {
  BATCH_ASSEMBLED,
  UPDATE_APPLIED,
  CHUNKS_SENT,
  RECORD_SENT,
  OFFSETS_SENT,
  COMMITTED,
  CHECKPOINT_WRITTEN,
  CHECKPOINT_RENAMED
}
