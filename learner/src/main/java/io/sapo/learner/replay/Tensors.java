package io.sapo.learner.replay;

import io.sapo.learner.checkpoint.CheckpointException;
import io.sapo.learner.checkpoint.CheckpointFiles;
import io.sapo.learner.commit.CommittedVersions;
import io.sapo.learner.fold.TrainingState;
import io.sapo.policy.tensor.TensorData;
import io.sapo.schemas.WeightVersion;
import io.sapo.schemas.weights.PublishedTensor;
import io.sapo.schemas.weights.PublishedWeights;
import io.sapo.schemas.weights.WeightFormatException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

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

  /**
   * How far the actor lies from what was published of its version, as a share of how far it was
   * moved since an earlier one; sums of absolute differences, in the published type.
   *
   * @param remarks takes why it cannot be said
   */
  OptionalDouble distance(
      TrainingState state, WeightVersion version, WeightVersion origin, List<String> remarks) {
    try (PublishedWeights expected = published.weights(version);
        PublishedWeights before = published.weights(origin)) {
      Map<String, TensorData> folded = byName(state.actor().weights().tensors());
      Map<String, TensorData> start =
          byName(before.tensors().stream().map(PublishedData::new).toList());
      double apart = 0;
      double moved = 0;
      for (PublishedTensor tensor : expected.tensors()) {
        TensorData data = new PublishedData(tensor);
        apart += TensorDifference.sum(folded.get(tensor.name()), data);
        moved += TensorDifference.sum(start.get(tensor.name()), data);
      }
      return OptionalDouble.of(apart == 0 ? 0 : apart / moved);
    } catch (WeightFormatException | IllegalArgumentException e) {
      remarks.add("how far apart they are cannot be said: " + e.getMessage());
      return OptionalDouble.empty();
    }
  }

  private void comparePublished(
      TrainingState state,
      WeightVersion version,
      List<TensorDifference> differences,
      List<String> remarks) {
    try (PublishedWeights expected = published.weights(version)) {
      compare(
          "actor",
          "published",
          state.actor().weights().tensors(),
          expected.tensors().stream().map(PublishedData::new).toList(),
          differences);
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
            run.base(),
            critic,
            null,
            version.getKlCoefficient(),
            CommittedVersions.progress(version))) {
      compare(
          "actor",
          "checkpoint",
          state.actor().weights().tensors(),
          saved.actor().weights().tensors(),
          differences);
      compare(
          "actor optimizer",
          "checkpoint",
          state.actor().optimizerState().moments(),
          saved.actor().optimizerState().moments(),
          differences);
      if (critic) {
        compare(
            "critic",
            "checkpoint",
            state.critic().weights().tensors(),
            saved.critic().weights().tensors(),
            differences);
        compare(
            "critic optimizer",
            "checkpoint",
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
      String against,
      Collection<? extends TensorData> found,
      Collection<? extends TensorData> expected,
      List<TensorDifference> differences) {
    Map<String, TensorData> own = byName(found);
    for (TensorData tensor : expected) {
      String name = tensor.spec().name();
      TensorData other = own.get(name);
      TensorDifference difference =
          other == null
              ? TensorDifference.missing(part, name, against)
              : TensorDifference.between(part, name, against, other, tensor);
      if (difference != null) {
        differences.add(difference);
      }
    }
  }

  private static Map<String, TensorData> byName(Collection<? extends TensorData> tensors) {
    Map<String, TensorData> named = new LinkedHashMap<>();
    tensors.forEach(tensor -> named.put(tensor.spec().name(), tensor));
    return named;
  }
}
