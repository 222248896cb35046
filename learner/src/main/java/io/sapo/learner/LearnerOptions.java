package io.sapo.learner;

import io.sapo.learner.config.CheckpointSchedule;
import io.sapo.learner.config.InitialModel;
import io.sapo.learner.config.PublishedVersions;
import io.sapo.learner.fault.FaultHook;
import io.sapo.pictures.PictureFiles;
import io.sapo.schemas.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * Where a learner works and how often it saves: nothing here changes the weights it makes.
 *
 * @param kafka client properties, {@code bootstrap.servers} at least
 * @param instance name in heartbeats
 * @param runId names a new run; an existing run keeps its own
 * @param initial what a new run begins with
 * @param dataFolder holds {@code checkpoints/}
 * @param pictures where pictures by path may lie
 * @param activationBytes of forward passes that an update may keep until they go back
 * @param untilVersion training ends with this version
 * @param acceptDivergence whether recovery goes on where folding again gives other weights than
 *     were committed; the next commit record then says so
 * @param heartbeat time between two status records
 * @param faults for fault tests
 */
public record LearnerOptions(
    Map<String, Object> kafka,
    Topics topics,
    String instance,
    String runId,
    InitialModel initial,
    Path dataFolder,
    PictureFiles pictures,
    CheckpointSchedule checkpoints,
    PublishedVersions published,
    long activationBytes,
    long untilVersion,
    boolean acceptDivergence,
    Duration heartbeat,
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
