package io.sapo.producer.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.learner.input.Batch;
import io.sapo.learner.input.BatchAssembler;
import io.sapo.learner.input.BatchRules;
import io.sapo.learner.input.InputRecord;
import io.sapo.learner.input.Position;
import io.sapo.learner.input.TrainedTokens;
import io.sapo.learner.input.TrainingExample;
import io.sapo.schemas.BatchProgress;
import io.sapo.schemas.InputRange;
import io.sapo.schemas.InputRanges;
import io.sapo.schemas.WeightVersion;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The gate of every producer and the learner's assembly of batches, together: whatever is refused,
 * by the segmenter or by the learner, in phases from nothing to everything, good records are
 * trained on as they come.
 */
class GateAndLearnerTest {
  private static final int CASES = 300;
  private static final int VERSIONS = 25;

  /** Without a record in so many events nobody will ever produce one. */
  private static final int STARVED_AFTER = 20_000;

  private record Case(
      int eta,
      int batch,
      int group,
      int producers,
      double oversampling,
      boolean damaged,
      long seed) {}

  static Stream<Case> cases() {
    List<Case> cases = new ArrayList<>();
    Random random = new Random(3);
    for (long seed = 0; seed < CASES; seed++) {
      int eta = random.nextInt(9);
      int batch = 1 + random.nextInt(12);
      int group = 1 + random.nextInt(Math.min(8, (eta + 1) * batch));
      cases.add(
          new Case(
              eta,
              batch,
              random.nextBoolean() ? 1 : group,
              1 + random.nextInt(5),
              seed % 3 == 0 ? 1 + seed % 7 * 0.5 : 1,
              seed % 4 == 1,
              seed));
    }
    return cases.stream();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void trainingNeverStarvesAndNothingTooOldIsTrainedOn(Case setting) throws InterruptedException {
    Pipeline pipeline = new Pipeline(setting);
    pipeline.train();
    assertThat(pipeline.greatestStaleness).isLessThanOrEqualTo(setting.eta());
    boolean certain = setting.oversampling() == 1 && !setting.damaged();
    if (setting.producers() == 1 && setting.group() == 1 && certain) {
      assertThat(pipeline.stale).as("what one producer starts is in time").isZero();
    }
    assertThat(pipeline.consumed).isEqualTo(pipeline.emitted - pipeline.segments.size());
  }

  /** Producers, segmenter and topics on the learner's thread, with the events in random order. */
  private static final class Pipeline implements BatchAssembler.Source, BatchAssembler.Stop {
    private static final int PARTITIONS = 3;
    private static final List<String> NAMES = List.of("p0", "p1", "p2", "p3", "p4");

    private record Published(int partition, long offset, long version) {}

    private record Running(int group, long version) {}

    private static final class Member {
      final List<Running> generating = new ArrayList<>();
      final ReorderBuffer<Running> reorder = new ReorderBuffer<>();
      final Map<Integer, NavigableSet<Long>> published = new HashMap<>();
      long inUse;
      int startedOfGroup;
      int group = -1;
    }

    private final Case setting;
    private final StalenessGate gate;
    private final Random random;
    private final List<Member> members = new ArrayList<>();
    private final TreeMap<Integer, Long> ends = new TreeMap<>();
    private final Map<Integer, NavigableSet<Long>> refused = new HashMap<>();
    private final Map<Integer, List<Published>> openGroups = new TreeMap<>();
    private final TreeSet<Integer> closed = new TreeSet<>();
    private final TreeSet<Integer> lacking = new TreeSet<>();
    private final Deque<InputRecord> segments = new ArrayDeque<>();
    private final WeightVersion committed = new WeightVersion();
    private Optional<BatchProgress> heard = Optional.empty();
    private Optional<BatchProgress> said = Optional.empty();
    private SortedMap<Integer, Long> published = new TreeMap<>();
    private int groupCount;
    private double skipShare;
    private int phaseLeft;
    private int eventless;
    long emitted;
    long consumed;
    long stale;
    long greatestStaleness;

    Pipeline(Case setting) {
      this.setting = setting;
      this.gate = new StalenessGate(setting.eta(), setting.batch(), setting.oversampling());
      this.random = new Random(setting.seed());
      for (int i = 0; i < setting.producers(); i++) {
        members.add(new Member());
      }
      for (int p = 0; p < PARTITIONS; p++) {
        ends.put(p, 0L);
        refused.put(p, new TreeSet<>());
      }
      committed.setVersion(0L);
      committed.setTrajectoryPositions(new TreeMap<>());
    }

    void train() throws InterruptedException {
      BatchAssembler assembler =
          new BatchAssembler(
              this,
              new BatchRules(setting.batch(), setting.eta(), 0, true),
              new TreeMap<>(Map.of(0, 0L)));
      for (long version = 0; version < VERSIONS; version++) {
        Batch batch = assembler.next(version, this);
        for (TrainingExample example : batch.examples()) {
          greatestStaleness = Math.max(greatestStaleness, version - example.startVersion());
        }
        InputRange range = batch.ranges().get(0);
        consumed += range.getTrained() + InputRanges.skipped(range);
        stale +=
            range.getSkipped().stream()
                .filter(run -> run.getReason().startsWith("stale"))
                .mapToLong(run -> run.getRecords())
                .sum();
        for (int i = random.nextInt(200); i > 0; i--) {
          event();
        }
        Map<String, Long> positions = new TreeMap<>(committed.getTrajectoryPositions());
        batch
            .trajectoryPositions()
            .forEach((p, next) -> positions.merge(Integer.toString(p), next, Math::max));
        committed.setTrajectoryPositions(positions);
        committed.setVersion(version + 1);
      }
    }

    @Override
    public InputRecord next() {
      for (int i = random.nextInt(4); i > 0; i--) {
        event();
      }
      InputRecord next = segments.poll();
      eventless = next == null ? eventless + 1 : 0;
      if (next != null && next.source() == null) {
        published = new TreeMap<>(ends);
      }
      return next;
    }

    @Override
    public SortedMap<Integer, Long> published() {
      return published;
    }

    @Override
    public boolean requested() {
      assertThat(eventless).as("turns without a record").isLessThan(STARVED_AFTER);
      return false;
    }

    @Override
    public void assembling(BatchAssembler.Assembling now) {
      said = BatchProgress.parse(now.progress().text());
    }

    private void event() {
      int member = random.nextInt(members.size());
      switch (random.nextInt(7)) {
        case 0, 1, 2 -> start(member);
        case 3, 4 -> finish(member);
        case 5 -> heard = said;
        default -> members.get(member).inUse = committed.getVersion();
      }
      if (random.nextInt(500) == 0) {
        // The deadline of groups that lack what the segmenter has refused.
        List.copyOf(lacking).forEach(this::emit);
      }
    }

    private long room(int index, long startVersion, int more) {
      Member member = members.get(index);
      long others = -member.reorder.unpublished();
      for (Member one : members) {
        others += one.reorder.unpublished();
      }
      QueueView view =
          new QueueView(
              new TreeMap<>(),
              ends,
              refused,
              heard,
              NAMES.subList(0, members.size()),
              others,
              true,
              Optional.empty());
      Consumed now = Consumed.of(Optional.of(committed), view.batch());
      return gate.room(
          committed.getVersion(),
          startVersion,
          new StalenessGate.Ahead(
              view.pending(now, member.published) + more,
              view.backlog(now, member.published) + more,
              others,
              members.size(),
              index));
    }

    private void start(int index) {
      Member member = members.get(index);
      boolean within = member.startedOfGroup % setting.group() != 0;
      if (!within && member.reorder.unpublished() >= room(index, member.inUse, 0)) {
        return;
      }
      if (!within) {
        member.group = groupCount++;
      }
      member.startedOfGroup++;
      member.generating.add(new Running(member.group, member.inUse));
      member.reorder.started(member.inUse);
    }

    private void finish(int index) {
      Member member = members.get(index);
      List<Running> running = member.generating;
      if (!running.isEmpty()) {
        // Mostly young ones: short responses overtake long ones.
        int back = random.nextInt(3) == 0 ? 0 : random.nextInt(running.size());
        Running finished = running.remove(running.size() - 1 - back);
        member.reorder.finished(finished.version(), finished);
      }
      Optional<Running> next;
      do {
        next = member.reorder.take((version, more) -> room(index, version, more));
        next.ifPresent(finished -> publish(member, finished));
      } while (next.isPresent());
    }

    private void publish(Member member, Running finished) {
      int partition = finished.group() % PARTITIONS;
      long offset = ends.merge(partition, 1L, Long::sum) - 1;
      member.published.computeIfAbsent(partition, p -> new TreeSet<>()).add(offset);
      if (phaseLeft-- <= 0) {
        // A phase in which everything is refused must end, or nothing good ever comes.
        skipShare = new double[] {0, 0.1, 0.5, 0.9, 1}[random.nextInt(5)];
        phaseLeft = 1 + random.nextInt(4 * (setting.eta() + 1) * setting.batch());
      }
      List<Published> group =
          openGroups.computeIfAbsent(finished.group(), number -> new ArrayList<>());
      if (random.nextInt(10) == 0 && random.nextDouble() < skipShare) {
        refused.get(partition).add(offset);
        lacking.add(finished.group());
      } else {
        group.add(new Published(partition, offset, finished.version()));
      }
      // What comes after a group was closed makes another one, which lacks the rest.
      if (group.size() < setting.group() && closed.contains(finished.group())) {
        lacking.add(finished.group());
      }
      if (group.size() == setting.group()) {
        emit(finished.group());
      }
    }

    private void emit(int group) {
      lacking.remove(group);
      closed.add(group);
      for (Published one : openGroups.remove(group)) {
        Position position = new Position(0, emitted++);
        boolean bad = random.nextDouble() < skipShare;
        // A damaged record does not even say what it was made from.
        InputRecord.Source source =
            bad && setting.damaged() ? null : new InputRecord.Source(one.partition(), one.offset());
        segments.add(
            bad
                ? new InputRecord(
                    position, null, "too-long: by far", source, position.offset() + 1, 1, 1)
                : new InputRecord(
                    position, example(position, one), null, source, position.offset() + 1, 1, 1));
      }
    }

    private static TrainingExample example(Position position, Published one) {
      return new TrainingExample(
          new TrainingExample.Origin(
              position, "t" + position.offset(), "task", one.partition(), one.offset()),
          null,
          TrainingExample.Draw.at(1, 1),
          new TrainedTokens(
              new int[0], new int[0], new int[0], new double[0], 1, new double[0], new long[0]),
          0,
          false,
          new TrainingExample.Group(1, 0, 0),
          one.version());
    }
  }
}
