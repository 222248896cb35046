package io.sapo.standalone.cli;

import io.sapo.command.CommandFailure;
import io.sapo.configuration.Settings;
import io.sapo.policy.adapter.InitialWeights;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.network.Weights;
import io.sapo.standalone.folder.RunFolder;
import io.sapo.standalone.kafka.KafkaAccess;
import io.sapo.standalone.run.NewestWeights;
import java.nio.file.Path;

/**
 * The weights that a command evaluates: a checkpoint's or those of a run's newest version. Owns
 * them.
 */
record EvaluatedModel(String what, long version, Weights weights) implements AutoCloseable {

  /**
   * @param data folder of a run; null for the checkpoint as it lies
   * @throws CommandFailure when there is no such run
   */
  static EvaluatedModel open(
      Path data, Settings settings, CheckpointFolder checkpoint, BaseModel base)
      throws InterruptedException {
    if (data == null) {
      return new EvaluatedModel(
          checkpoint.path().toString(),
          0,
          InitialWeights.of(
              base,
              checkpoint,
              settings.optionalPath("model.adapter").orElse(null),
              settings.wide("run.seed")));
    }
    KafkaAccess kafka = KafkaAccess.join(settings, existing(data));
    try (kafka) {
      var newest = NewestWeights.of(kafka, base);
      return new EvaluatedModel(
          data + ", version " + newest.version(), newest.version(), newest.weights());
    } catch (CommandFailure e) {
      throw kafka.endOfRun(e).<RuntimeException>map(ended -> ended).orElse(e);
    }
  }

  static RunFolder existing(Path data) {
    RunFolder folder = new RunFolder(data);
    if (!folder.exists()) {
      throw CommandFailure.usage("--data " + data + ": no run was started there");
    }
    return folder;
  }

  @Override
  public void close() {
    weights.close();
  }
}
