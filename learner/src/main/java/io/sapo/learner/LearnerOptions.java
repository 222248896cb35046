package io.sapo.learner;

import io.sapo.learner.fault.FaultHook;
import io.sapo.pictures.PictureFiles;
import io.sapo.schemas.ElementType;
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
 * @param initialModel Hugging Face folder of version 0; its tokenizer and config go into every
 *     checkpoint
 * @param initialAdapter PEFT folder of the adapters that version 0 begins with; null for fresh ones
 * @param dataFolder holds {@code checkpoints/}
 * @param pictures where pictures by path may lie
 * @param checkpointEvery versions between checkpoints
 * @param keepCheckpoints newest ones kept, at least 2
 * @param keepCheckpointsFor of these, older ones go; the newest 2 stay whatever their age
 * @param anchorEvery versions between whole publications of the weights
 * @param published element type of published weights
 * @param keepPublishedBytes of whole publications on the log; the newest two stay whatever they
 *     take
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
    Path initialModel,
    Path initialAdapter,
    Path dataFolder,
    PictureFiles pictures,
    int checkpointEvery,
    int keepCheckpoints,
    Duration keepCheckpointsFor,
    int anchorEvery,
    ElementType published,
    long keepPublishedBytes,
    long activationBytes,
    long untilVersion,
    boolean acceptDivergence,
    Duration heartbeat,
    FaultHook faults) {

  public LearnerOptions {
    kafka = Map.copyOf(kafka);
    if (checkpointEvery < 1) {
      throw new IllegalArgumentException(
          "checkpoint-every must be at least 1, got " + checkpointEvery);
    }
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
