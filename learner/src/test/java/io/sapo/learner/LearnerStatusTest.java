package io.sapo.learner;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.learner.algorithm.Algorithm;
import io.sapo.learner.config.CheckpointSettings;
import io.sapo.learner.config.InitialModel;
import io.sapo.learner.config.LearnerConfig;
import io.sapo.learner.config.LearnerStart;
import io.sapo.learner.config.NewRun;
import io.sapo.learner.config.PublishedVersions;
import io.sapo.learner.input.Admission;
import io.sapo.learner.input.BatchAssembler;
import io.sapo.learner.input.BatchRules;
import io.sapo.learner.input.Position;
import io.sapo.pictures.PictureFiles;
import io.sapo.schemas.ElementType;
import io.sapo.schemas.HeartbeatSettings;
import io.sapo.schemas.Liveness;
import io.sapo.schemas.RecordCodec;
import io.sapo.schemas.SegmentedTrajectory;
import io.sapo.schemas.Status;
import io.sapo.schemas.Topics;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Iterator;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LearnerStatusTest {
  private static final LearnerConfig CONFIG = TinyRun.config(Algorithm.SAPO);

  private final LearnerStatus status =
      new LearnerStatus(
          new LearnerOptions(
              Map.of(),
              new Topics("s."),
              new HeartbeatSettings("learner", Duration.ofSeconds(1)),
              new NewRun("a-run", InitialModel.of(Path.of("model"))),
              PictureFiles.none(),
              new CheckpointSettings(Path.of("data"), 2, 2, Duration.ofDays(1)),
              new PublishedVersions(ElementType.F32, 3, 0),
              0,
              LearnerStart.until(1)),
          "digest",
          new Liveness(() -> 0),
          Clock.systemUTC());

  /**
   * Reads so many records for the batch behind a version, and reports as the training loop does.
   */
  private void read(int records, long version) throws InterruptedException {
    Admission admission = new Admission(TinyRun.model(), null, CONFIG.batch().maxSequenceTokens());
    RecordCodec<SegmentedTrajectory> codec = RecordCodec.of(SegmentedTrajectory.class);
    Iterator<SegmentedTrajectory> log = TinyRun.trajectories(1, records, 3).iterator();
    boolean[] told = {false};
    long[] offset = {0};
    new BatchAssembler(
            () ->
                log.hasNext()
                    ? admission.admit(new Position(0, offset[0]++), codec.encode(log.next()))
                    : null,
            BatchRules.of(CONFIG),
            TinyRun.positions(0))
        .next(
            version,
            new BatchAssembler.Stop() {
              @Override
              public boolean requested() {
                return told[0];
              }

              @Override
              public void assembling(BatchAssembler.Assembling now) {
                told[0] = true;
                status.assembling(now);
              }
            });
  }

  /** Else a run that skips all it reads would stand for ever, and nobody would know why. */
  @Test
  void whatIsSkippedAndWhyIsSaidWhileItIsMoreThanWhatIsTrainedOn() throws InterruptedException {
    status.state("running", "");
    read(3, 100);
    Status skipping = status.now();
    assertThat(skipping.getMessage())
        .startsWith("skips 3 of 3 records since version 100: 3 stale; the last: stale: begun ");
    assertThat(skipping.getGauges())
        .containsEntry("batch_skipped", 3.0)
        .containsEntry("batch_skipped_stale", 3.0)
        .containsEntry("batch_trained", 0.0);
    read(3, 0);
    assertThat(status.now().getMessage()).isEmpty();
    assertThat(status.now().getGauges()).containsEntry("batch_trained", 3.0);
  }
}
