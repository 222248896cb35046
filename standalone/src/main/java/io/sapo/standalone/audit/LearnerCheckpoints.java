package io.sapo.standalone.audit;

import ai.djl.Device;
import io.sapo.audit.StoredCheckpoints;
import io.sapo.audit.UnusableCheckpointException;
import io.sapo.learner.checkpoint.CheckpointException;
import io.sapo.learner.checkpoint.CheckpointFiles;
import io.sapo.learner.checkpoint.CheckpointStore;
import io.sapo.learner.commit.CommittedVersions;
import io.sapo.learner.fold.StateHashes;
import io.sapo.learner.fold.TrainingState;
import io.sapo.policy.checkpoint.InvalidCheckpointException;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.network.Weights;
import io.sapo.schemas.WeightVersion;
import java.nio.file.Path;
import java.util.List;

/** The checkpoints in a learner's data folder, hashed as the learner hashes them. */
public final class LearnerCheckpoints implements StoredCheckpoints {
  private final CheckpointStore store;

  /**
   * @param dataFolder of the learner
   */
  public LearnerCheckpoints(Path dataFolder) {
    this.store = new CheckpointStore(dataFolder);
  }

  @Override
  public List<Long> versions() {
    return store.versions();
  }

  @Override
  public Path folder(long version) {
    return store.folder(version);
  }

  @Override
  public Hashes hashes(WeightVersion record) {
    Path folder = store.folder(record.getVersion());
    try (BaseModel base = CheckpointFiles.shapes(folder, Device.cpu());
        TrainingState state =
            CheckpointFiles.read(
                folder,
                base,
                record.getCriticSha256() != null,
                null,
                record.getKlCoefficient(),
                CommittedVersions.progress(record))) {
      StateHashes hashes = state.hashes();
      return new Hashes(hashes.actor(), hashes.critic(), hashes.optimizer());
    } catch (CheckpointException | InvalidCheckpointException e) {
      throw new UnusableCheckpointException(e.getMessage(), e);
    }
  }

  @Override
  public String reference() {
    Path folder = store.folder(0);
    try (BaseModel base = CheckpointFiles.shapes(folder, Device.cpu());
        Weights reference = CheckpointFiles.readActor(folder, base)) {
      return reference.sha256();
    } catch (CheckpointException | InvalidCheckpointException e) {
      throw new UnusableCheckpointException(e.getMessage(), e);
    }
  }
}
