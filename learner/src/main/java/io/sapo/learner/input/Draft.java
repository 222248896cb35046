package io.sapo.learner.input;

import io.sapo.schemas.InputRange;
import io.sapo.schemas.Skipped;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** A batch in the making: what became of each record consumed so far. */
final class Draft {

  private static final int MAX_REASON_CHARS = 300;

  private final List<TrainingExample> examples = new ArrayList<>();
  private final SortedMap<Integer, InputRange> ranges = new TreeMap<>();
  private final SortedMap<Integer, Long> trajectoryPositions = new TreeMap<>();

  /**
   * @param positions by partition: the offset at which this batch begins
   */
  Draft(SortedMap<Integer, Long> positions) {
    positions.forEach(
        (partition, from) ->
            ranges.put(partition, new InputRange(partition, from, from, 0, new ArrayList<>())));
  }

  void train(TrainingExample example) {
    InputRange range = consume(example.position());
    range.setTrained(range.getTrained() + 1);
    examples.add(example);
    passed(example);
  }

  /** Leaves out what could have been trained on but for its version. */
  void skip(TrainingExample example, String reason) {
    skip(example.position(), reason);
    passed(example);
  }

  private void passed(TrainingExample example) {
    trajectoryPositions.merge(example.sourcePartition(), example.sourceOffset() + 1, Math::max);
  }

  void skip(Position position, String reason) {
    consume(position)
        .getSkipped()
        .add(
            new Skipped(
                position.offset(),
                reason.substring(0, Math.min(reason.length(), MAX_REASON_CHARS))));
  }

  private InputRange consume(Position position) {
    InputRange range = ranges.get(position.partition());
    if (range == null) {
      throw new IllegalStateException(
          position + " belongs to no partition that this batch reads: " + ranges.keySet());
    }
    if (position.offset() < range.getTo()) {
      throw new IllegalStateException(
          position + " was read again or out of order; expected at least " + range.getTo());
    }
    range.setTo(position.offset() + 1);
    return range;
  }

  int trained() {
    return examples.size();
  }

  SortedMap<Integer, Long> positions() {
    SortedMap<Integer, Long> next = new TreeMap<>();
    ranges.forEach((partition, range) -> next.put(partition, range.getTo()));
    return next;
  }

  Batch finish() {
    List<TrainingExample> ordered = new ArrayList<>(examples);
    ordered.sort(Comparator.comparing(TrainingExample::position));
    return new Batch(ordered, List.copyOf(ranges.values()), trajectoryPositions);
  }
}
