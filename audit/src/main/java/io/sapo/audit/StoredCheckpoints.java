package io.sapo.audit;

import io.sapo.schemas.WeightVersion;
import java.nio.file.Path;
import java.util.List;

/** The checkpoints of a run on disk, shown by somebody who can read and hash their tensors. */
public interface StoredCheckpoints {

  /**
   * Hex SHA-256 of what a checkpoint holds, as a commit record names it.
   *
   * @param critic null without a critic
   */
  record Hashes(String actor, String critic, String optimizer) {}

  /** Ascending; those being written or deleted meanwhile may be among them. */
  List<Long> versions();

  /** Where a version's checkpoint lies, whether it does or not. */
  Path folder(long version);

  /**
   * @param record of the version, which says what its checkpoint must hold
   * @throws UnusableCheckpointException when it cannot be read
   */
  Hashes hashes(WeightVersion record);

  /**
   * Hash of the actor of checkpoint 0.
   *
   * @throws UnusableCheckpointException when it cannot be read
   */
  String reference();
}
