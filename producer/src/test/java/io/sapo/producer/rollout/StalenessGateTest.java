package io.sapo.producer.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class StalenessGateTest {

  @Test
  void sharesOfAllProducersAddUpToWhatMayBeAhead() {
    Random random = new Random(1);
    for (int i = 0; i < 10_000; i++) {
      int eta = random.nextInt(4);
      int batch = 1 + random.nextInt(50);
      int producers = 1 + random.nextInt(7);
      long lag = random.nextInt(4);
      StalenessGate gate = new StalenessGate(eta, batch, 1);
      long sum = 0;
      for (int rank = 0; rank < producers; rank++) {
        sum += gate.room(10, 10 - lag, new StalenessGate.Ahead(0, 0, 0, producers, rank));
      }
      assertThat(sum).isEqualTo(Math.max(0, (eta + 1 - lag) * batch));
    }
  }

  @Test
  void whatOthersHaveAndWhatWasLeftBehindTakesRoom() {
    StalenessGate gate = new StalenessGate(1, 10, 1);
    assertThat(gate.room(0, 0, new StalenessGate.Ahead(4, 4, 0, 2, 0))).isEqualTo(6);
    assertThat(gate.room(0, 0, new StalenessGate.Ahead(4, 12, 5, 2, 0))).isEqualTo(3);
    assertThat(gate.room(0, 0, new StalenessGate.Ahead(0, 30, 0, 1, 0))).isZero();
    assertThat(gate.room(1, 0, new StalenessGate.Ahead(2, 4, 0, 2, 1))).isEqualTo(3);
  }

  @Test
  void oversamplingLetsSoManyTimesAsManyStartAndNoneOfWhatIsTooOldAlready() {
    StalenessGate gate = new StalenessGate(1, 10, 1.5);
    assertThat(gate.room(0, 0, new StalenessGate.Ahead(4, 4, 0, 1, 0))).isEqualTo(26);
    assertThat(gate.room(1, 0, new StalenessGate.Ahead(0, 0, 0, 1, 0))).isEqualTo(15);
    assertThat(gate.room(2, 0, new StalenessGate.Ahead(0, 0, 0, 1, 0))).isZero();
  }

  /**
   * @param producers each finishes, publishes and takes up weights in its own time
   * @param deadShare share of trajectories that never reach the learner
   */
  private record Case(int eta, int batch, int producers, double deadShare, long seed) {}

  static Stream<Case> cases() {
    List<Case> cases = new ArrayList<>();
    Random random = new Random(2);
    for (long seed = 0; seed < 60; seed++) {
      cases.add(
          new Case(
              random.nextInt(3),
              1 + random.nextInt(12),
              1 + random.nextInt(4),
              random.nextInt(3) * 0.2,
              seed));
    }
    return cases.stream();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void nothingTooOldIsTrainedOnAndTrainingNeverStarves(Case setting) {
    Simulation simulation = new Simulation(setting);
    for (int step = 0; step < 4_000; step++) {
      simulation.randomEvent();
    }
    if (setting.producers() == 1) {
      assertThat(simulation.greatestStaleness).isLessThanOrEqualTo(setting.eta());
    }
    long reached = simulation.version;
    for (int step = 0; step < 200_000 && simulation.version < reached + 20; step++) {
      simulation.randomEvent();
    }
    assertThat(simulation.version).as("versions after all this time").isEqualTo(reached + 20);
  }

  /**
   * Producers, topic and learner on one thread, with the events in random order: every interleaving
   * the gate may meet when its view is current.
   */
  private static final class Simulation {
    private static final int PARTITIONS = 3;
    private static final List<String> NAMES = List.of("p0", "p1", "p2", "p3");

    private record Arrived(int partition, long offset, long startVersion) {}

    private final Case setting;
    private final StalenessGate gate;
    private final Random random;
    private final List<List<Long>> generating = new ArrayList<>();
    private final List<ReorderBuffer<Long>> outboxes = new ArrayList<>();
    private final long[] inUse;
    private final Deque<Arrived> queue = new ArrayDeque<>();
    private final TreeMap<Integer, Long> ends = new TreeMap<>();
    private final Map<Integer, NavigableSet<Long>> refused = new HashMap<>();
    private final List<Map<Integer, NavigableSet<Long>>> published = new ArrayList<>();
    private final Map<String, Long> positions = new HashMap<>();
    long version;
    long greatestStaleness;

    Simulation(Case setting) {
      this.setting = setting;
      this.gate = new StalenessGate(setting.eta(), setting.batch(), 1);
      this.random = new Random(setting.seed());
      this.inUse = new long[setting.producers()];
      for (int i = 0; i < setting.producers(); i++) {
        generating.add(new ArrayList<>());
        outboxes.add(new ReorderBuffer<>());
        published.add(new HashMap<>());
      }
      for (int p = 0; p < PARTITIONS; p++) {
        ends.put(p, 0L);
        refused.put(p, new TreeSet<>());
      }
    }

    void randomEvent() {
      int producer = random.nextInt(setting.producers());
      switch (random.nextInt(5)) {
        case 0, 1 -> start(producer);
        case 2 -> finish(producer);
        case 3 -> train();
        default -> inUse[producer] = version;
      }
    }

    private long room(int producer, long startVersion, int more) {
      QueueView view =
          new QueueView(
              new TreeMap<>(),
              ends,
              refused,
              Optional.empty(),
              NAMES.subList(0, setting.producers()),
              0,
              true,
              Optional.empty());
      Map<Integer, NavigableSet<Long>> own = published.get(producer);
      Consumed consumed = new Consumed(positions, Optional.empty());
      return gate.room(
          version,
          startVersion,
          new StalenessGate.Ahead(
              view.pending(consumed, own) + more,
              view.backlog(consumed, Map.of()) + more,
              0,
              setting.producers(),
              producer));
    }

    private void start(int producer) {
      if (outboxes.get(producer).unpublished() < room(producer, inUse[producer], 0)) {
        generating.get(producer).add(inUse[producer]);
        outboxes.get(producer).started(inUse[producer]);
      }
    }

    private void finish(int producer) {
      List<Long> running = generating.get(producer);
      if (!running.isEmpty()) {
        // Mostly young ones: short responses overtake long ones.
        int index = random.nextInt(3) == 0 ? 0 : random.nextInt(running.size());
        long startVersion = running.remove(running.size() - 1 - index);
        outboxes.get(producer).finished(startVersion, startVersion);
      }
      Optional<Long> next;
      do {
        next = outboxes.get(producer).take((version, more) -> room(producer, version, more));
        next.ifPresent(startVersion -> publish(producer, startVersion));
      } while (next.isPresent());
    }

    private void publish(int producer, long startVersion) {
      int partition = random.nextInt(PARTITIONS);
      long offset = ends.merge(partition, 1L, Long::sum) - 1;
      published.get(producer).computeIfAbsent(partition, p -> new TreeSet<>()).add(offset);
      if (random.nextDouble() < setting.deadShare()) {
        refused.get(partition).add(offset);
      } else {
        queue.add(new Arrived(partition, offset, startVersion));
      }
    }

    private void train() {
      if (queue.size() < setting.batch()) {
        return;
      }
      for (int i = 0; i < setting.batch(); i++) {
        Arrived trained = queue.poll();
        greatestStaleness = Math.max(greatestStaleness, version - trained.startVersion());
        positions.merge(Integer.toString(trained.partition()), trained.offset() + 1, Math::max);
      }
      version++;
    }
  }
}
