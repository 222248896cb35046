package io.sapo.torture;

import io.sapo.learner.fault.FaultPoint;
import io.sapo.standalone.run.RoleKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * One fault that is injected into a run.
 *
 * @param role whom it hits; null for the network, and for all roles at once
 * @param point where the learner halts itself, for {@link Kind#AT_POINT} alone
 * @param delayMicros how long after the point, or after the run is whole, it comes; how long {@link
 *     Kind#SUSPENDED} lasts
 */
record Fault(Kind kind, RoleKind role, FaultPoint point, long delayMicros) {
  /** Ways to disturb. */
  enum Kind {
    /** The learner halts at a named point, or shortly after it. */
    AT_POINT(true),
    /** SIGKILL at a random time. */
    KILL(true),
    /** SIGKILL, then the newest checkpoint is cut off. */
    TRUNCATED_CHECKPOINT(true),
    /** The learner is stopped (SIGSTOP), another one takes over, the first comes back. */
    ZOMBIE(false),
    /**
     * A role, or all of them, is stopped (SIGSTOP) for longer than consumer sessions and the
     * segmenter's transactions last, as a laptop that sleeps or a virtual machine that is moved.
     */
    SUSPENDED(false),
    /** No file may grow further, so that the learner cannot save; then it may again. */
    FULL_DISK(false),
    /** Connections are delayed, held, dropped and half closed for a while. */
    NETWORK(false),
    /** Trajectories are sent a second time. */
    REPEATED_TRAJECTORIES(false);

    private final boolean kills;

    Kind(boolean kills) {
      this.kills = kills;
    }
  }

  private static final int RANDOM_MICROS = 1_500_000;
  private static final int COMMIT_MICROS = 8_000;

  /** Above the 30 s of a segmenter's transaction; the broker looks for those every 10 s. */
  private static final int SUSPENDED_MICROS = 31_000_000;

  private static final int SUSPENDED_LONGER_MICROS = 12_000_000;

  boolean kills() {
    return kind.kills;
  }

  /** As reports count it. */
  String label() {
    return switch (kind) {
      case AT_POINT -> "learner at " + point;
      case KILL -> role.label() + " at random";
      case SUSPENDED -> (role == null ? "everything" : role.label()) + " suspended";
      default -> kind.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    };
  }

  /**
   * So many kills: of each named point and each role alike, in an order drawn from the seed, with
   * what does not kill in between.
   */
  static List<Fault> plan(int kills, long seed) {
    Random random = new Random(seed);
    List<Fault> faults = new ArrayList<>();
    List<Fault> cycle = new ArrayList<>();
    int killed = 0;
    while (killed < kills) {
      if (cycle.isEmpty()) {
        cycle.addAll(everyKind(random));
        Collections.shuffle(cycle, random);
      }
      Fault next = cycle.remove(cycle.size() - 1);
      faults.add(next);
      killed += next.kills() ? 1 : 0;
    }
    return faults;
  }

  private static List<Fault> everyKind(Random random) {
    List<Fault> all = new ArrayList<>();
    for (FaultPoint point : FaultPoint.values()) {
      // Behind OFFSETS_SENT the commit is under way; a few milliseconds hit it at any stage.
      long delay = point == FaultPoint.OFFSETS_SENT ? random.nextInt(COMMIT_MICROS) : 0;
      all.add(new Fault(Kind.AT_POINT, RoleKind.LEARNER, point, delay));
    }
    for (RoleKind role :
        List.of(RoleKind.BROKER, RoleKind.PRODUCER, RoleKind.SEGMENTER, RoleKind.LEARNER)) {
      all.add(new Fault(Kind.KILL, role, null, random.nextInt(RANDOM_MICROS)));
    }
    all.add(
        new Fault(
            Kind.TRUNCATED_CHECKPOINT, RoleKind.LEARNER, null, random.nextInt(RANDOM_MICROS)));
    for (RoleKind role :
        Arrays.asList(RoleKind.BROKER, RoleKind.PRODUCER, RoleKind.SEGMENTER, null)) {
      int micros = SUSPENDED_MICROS + random.nextInt(SUSPENDED_LONGER_MICROS);
      all.add(new Fault(Kind.SUSPENDED, role, null, micros));
    }
    for (Kind kind : List.of(Kind.ZOMBIE, Kind.FULL_DISK)) {
      all.add(new Fault(kind, RoleKind.LEARNER, null, 0));
    }
    for (Kind kind : List.of(Kind.NETWORK, Kind.REPEATED_TRAJECTORIES)) {
      all.add(new Fault(kind, null, null, 0));
    }
    return all;
  }
}
