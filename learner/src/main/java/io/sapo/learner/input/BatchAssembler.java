package io.sapo.learner.input;

import io.sapo.schemas.BatchProgress;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Decides which records an update takes. A batch ends right after the record that fills it, so with
 * one partition reading the log again gives the same batches; with several the order of arrival
 * decides, which the commit record keeps.
 *
 * <p>For the training thread.
 */
public final class BatchAssembler {

  /** Where records come from, in log order within each partition. */
  public interface Source {
    /**
     * Waits for the next record.
     *
     * @return null when there is none yet; ask again
     */
    InputRecord next() throws InterruptedException;

    /**
     * Where the trajectories topic ended, by partition, when a record was last read that does not
     * say where it comes from: it comes from something before.
     */
    default SortedMap<Integer, Long> published() {
      return new TreeMap<>();
    }
  }

  /** Asked before each record: whether to give up waiting. May take its time. */
  public interface Stop {
    boolean requested() throws InterruptedException;

    /**
     * A record was begun with a version that does not exist here. Either it is damaged, or another
     * learner has made that version. Told once a batch.
     */
    default void future() {}

    /**
     * More records have been consumed for the batch, and none waits to be consumed at once, or many
     * have been. Also told when the batch is complete.
     */
    default void assembling(Assembling now) {}
  }

  /**
   * A batch that is being assembled.
   *
   * @param progress what of the trajectories topic has been consumed for it
   * @param trained records so far that it will be trained on
   * @param refusals those that it will not
   */
  public record Assembling(BatchProgress progress, int trained, Refusals refusals) {}

  /** Records after which news are told although more wait. */
  private static final int NEWS_AFTER = 1_000;

  private final Source source;
  private final BatchRules rules;
  private SortedMap<Integer, Long> positions;

  /** Whether trajectories have been consumed of which nobody knows where they lay. */
  private boolean unplaced;

  /**
   * @param positions by partition: where the source begins
   */
  public BatchAssembler(Source source, BatchRules rules, SortedMap<Integer, Long> positions) {
    this.source = source;
    this.rules = rules;
    this.positions = new TreeMap<>(positions);
  }

  /**
   * Waits until a batch is complete.
   *
   * @param version that the batch will be trained on: the measure of staleness
   * @return null when a stop was requested first; this assembler is then used up
   */
  public Batch next(long version, Stop stop) throws InterruptedException {
    BatchBuilder batch = new BatchBuilder(positions);
    boolean future = false;
    int untold = 0;
    while (batch.trained() < rules.batchSize()) {
      if (stop.requested()) {
        return null;
      }
      InputRecord record = source.next();
      if (record == null && unplaced) {
        // Nothing else is there: what is not known to be consumed may be waited for in vain.
        unplaced = false;
        batch.pass(source.published());
        untold++;
      }
      if (record != null) {
        place(record, version, batch);
        unplaced |= record.source() == null;
        untold++;
        boolean ahead = record.refusal() == null && record.example().startVersion() > version;
        if (ahead && !future) {
          future = true;
          stop.future();
        }
      }
      boolean complete = batch.trained() == rules.batchSize();
      if (untold > 0 && (record == null || complete || untold >= NEWS_AFTER)) {
        untold = 0;
        stop.assembling(
            new Assembling(batch.progress(version), batch.trained(), batch.refusals().copy()));
      }
    }
    positions = batch.positions();
    return batch.finish();
  }

  private void place(InputRecord record, long version, BatchBuilder batch) {
    if (record.refusal() != null) {
      batch.skip(record, record.refusal());
      return;
    }
    Optional<String> refusal = rules.refusal(record.example(), version, batch.withoutSignal());
    if (refusal.isPresent()) {
      batch.skip(record, refusal.get());
    } else {
      batch.train(record);
    }
  }
}
