package io.sapo.learner.replay;

import io.sapo.learner.checkpoint.CheckpointException;
import io.sapo.learner.checkpoint.CheckpointFiles;
import io.sapo.learner.commit.CommittedVersions;
import io.sapo.learner.fold.TrainingState;
import io.sapo.policy.checkpoint.NamedTensor;
import io.sapo.schemas.WeightVersion;
import io.sapo.schemas.weights.PublishedTensor;
import io.sapo.schemas.weights.WeightFormatException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Where, tensor by tensor, a state is not what was published and saved of its version. */
final class Tensors {

  private final RecordedRun run;
  private final PublishedActor published;

  Tensors(RecordedRun run, PublishedActor published) {
    this.run = run;
    this.published = published;
  }

  /**
   * @param remarks takes what could not be compared
   */
  List<TensorDifference> differences(
      TrainingState state, WeightVersion version, List<String> remarks) {
    List<TensorDifference> differences = new ArrayList<>();
    comparePublished(state, version, differences, remarks);
    compareCheckpoint(state, version, differences, remarks);
    return differences;
  }

  private void comparePublished(
      TrainingState state,
      WeightVersion version,
      List<TensorDifference> differences,
      List<String> remarks) {
    try {
      List<PublishedTensor> expected = published.tensors(version);
      Map<String, NamedTensor> found = byName(state.actor().weights().toTensors());
      for (PublishedTensor tensor : expected) {
        NamedTensor own = found.get(tensor.name());
        if (own == null) {
          differences.add(TensorDifference.missing("actor", tensor.name(), "published"));
          continue;
        }
        float[] rounded =
            PublishedTensor.of(tensor.type(), tensor.name(), tensor.shape(), own.values()).floats();
        add(
            differences,
            TensorDifference.between(
                "actor", tensor.name(), "published", rounded, tensor.floats()));
      }
    } catch (WeightFormatException | IllegalArgumentException e) {
      remarks.add("the published weights cannot be compared: " + e.getMessage());
    }
  }

  private void compareCheckpoint(
      TrainingState state,
      WeightVersion version,
      List<TensorDifference> differences,
      List<String> remarks) {
    if (!run.checkpoints().versions().contains(version.getVersion())) {
      remarks.add("there is no checkpoint of this version to compare critic and optimizer with");
      return;
    }
    boolean critic = state.critic() != null;
    try (TrainingState saved =
        CheckpointFiles.read(
            run.checkpoints().folder(version.getVersion()),
            run.model(),
            run.device(),
            critic,
            null,
            version.getKlCoefficient(),
            CommittedVersions.progress(version))) {
      compare(
          "actor",
          state.actor().weights().toTensors(),
          saved.actor().weights().toTensors(),
          differences);
      compare(
          "actor optimizer",
          state.actor().optimizerState().moments(),
          saved.actor().optimizerState().moments(),
          differences);
      if (critic) {
        compare(
            "critic",
            state.critic().weights().toTensors(),
            saved.critic().weights().toTensors(),
            differences);
        compare(
            "critic optimizer",
            state.critic().optimizerState().moments(),
            saved.critic().optimizerState().moments(),
            differences);
      }
    } catch (CheckpointException e) {
      remarks.add("the checkpoint cannot be compared: " + e.getMessage());
    }
  }

  private static void compare(
      String part,
      List<NamedTensor> found,
      List<NamedTensor> saved,
      List<TensorDifference> differences) {
    Map<String, NamedTensor> own = byName(found);
    for (NamedTensor tensor : saved) {
      NamedTensor other = own.get(tensor.name());
      add(
          differences,
          other == null
              ? TensorDifference.missing(part, tensor.name(), "checkpoint")
              : TensorDifference.between(
                  part, tensor.name(), "checkpoint", other.values(), tensor.values()));
    }
  }

  private static void add(List<TensorDifference> differences, TensorDifference difference) {
    if (difference != null) {
      differences.add(difference);
    }
  }

  private static Map<String, NamedTensor> byName(List<NamedTensor> tensors) {
    Map<String, NamedTensor> byName = new LinkedHashMap<>();
    tensors.forEach(tensor -> byName.put(tensor.name(), tensor));
    return byName;
  }
}
