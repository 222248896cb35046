package io.sapo.learner;

import io.sapo.learner.config.CheckpointSettings;
import io.sapo.learner.config.LearnerStart;
import io.sapo.learner.config.NewRun;
import io.sapo.learner.config.PublishedVersions;
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
    LearnerStart start) {

  public LearnerOptions {
    kafka = Map.copyOf(kafka);
  }

  /** Under which consumer positions are committed, and which only one learner may hold. */
  String groupId() {
    return topics.prefix() + "learner";
  }
}
