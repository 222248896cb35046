package io.sapo.learner;

import io.sapo.learner.config.CheckpointSettings;
import io.sapo.learner.config.NewRun;
import io.sapo.learner.config.PublishedVersions;
import io.sapo.learner.fault.FaultHook;
import io.sapo.pictures.PictureFiles;
import io.sapo.schemas.HeartbeatSettings;
import io.sapo.schemas.Topics;
import java.util.Map;

/**
 * Where a learner works and how often it saves: nothing here changes the weights it makes.
 *
 * @param kafka client properties, {@code bootstrap.servers} at least
 * @param pictures where pictures by path may lie
 * @param activationBytes of activations that an update may keep for the backward pass
 * @param untilVersion training ends with this version
 * @param acceptDivergence whether recovery goes on where folding again gives other weights than
 *     were committed; the next commit record then lists them
 * @param faults for fault tests
 */
public record LearnerOptions(
    Map<String, Object> kafka,
    Topics topics,
    HeartbeatSettings heartbeats,
    NewRun newRun,
    PictureFiles pictures,
    CheckpointSettings checkpoints,
    PublishedVersions published,
    long activationBytes,
    long untilVersion,
    boolean acceptDivergence,
    FaultHook faults) {

  public LearnerOptions {
    kafka = Map.copyOf(kafka);
    if (untilVersion < 0) {
      throw new IllegalArgumentException(
          "the last version must not be negative, got " + untilVersion);
    }
  }

  /** Under which consumer positions are committed, and which only one learner may hold. */
  String groupId() {
    return topics.prefix() + "learner";
  }
}
