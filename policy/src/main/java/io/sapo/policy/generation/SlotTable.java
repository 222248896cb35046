package io.sapo.policy.generation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Which response lies in which slot of the cache. After {@link #settle} the slots in use are the
 * first ones, without holes, and responses of similar length are neighbours, the longest first: the
 * decode loop works on a prefix of the cache and lets each group look no further back than its
 * longest response.
 */
final class SlotTable {
  /** Groups double in length from here on, so that a response changes its group seldom. */
  private static final int SHORTEST_GROUP = 32;

  private static final int GROUPS = 32;

  /** A slot's contents to be copied to another slot; all copies happen at once. */
  record Move(int from, int to) {}

  /** What has to happen in the cache before the next step: moves first, then filling. */
  record Changes(List<Integer> filled, List<Move> moves) {}

  private RunningResponse[] slots;
  private final Deque<RunningResponse> waiting = new ArrayDeque<>();
  private int[] groupSizes = {};
  private int used;
  private int running;

  SlotTable(int count) {
    this.slots = new RunningResponse[count];
  }

  int free() {
    return slots.length - running - waiting.size();
  }

  /** Responses in slots or waiting for theirs. */
  int running() {
    return running + waiting.size();
  }

  void submit(RunningResponse response) {
    if (free() == 0) {
      throw new IllegalStateException("all " + slots.length + " slots are taken");
    }
    waiting.add(response);
  }

  /** Gives waiting responses their slots and moves others only where they are out of place. */
  Changes settle() {
    int[] sizes = new int[GROUPS];
    for (int slot = 0; slot < used; slot++) {
      if (slots[slot] != null) {
        sizes[group(slots[slot])]++;
      }
    }
    waiting.forEach(response -> sizes[group(response)]++);
    int[] next = begins(sizes);
    int[] ends = new int[GROUPS];
    Arrays.setAll(ends, group -> next[group] + sizes[group]);

    RunningResponse[] settled = new RunningResponse[slots.length];
    List<Integer> misplaced = new ArrayList<>();
    for (int slot = 0; slot < used; slot++) {
      if (slots[slot] != null) {
        int group = group(slots[slot]);
        if (slot >= next[group] && slot < ends[group]) {
          settled[slot] = slots[slot];
        } else {
          misplaced.add(slot);
        }
      }
    }
    List<Move> moves = new ArrayList<>();
    for (int slot : misplaced) {
      moves.add(new Move(slot, place(slots[slot], settled, next)));
    }
    List<Integer> filled = new ArrayList<>();
    while (!waiting.isEmpty()) {
      filled.add(place(waiting.remove(), settled, next));
    }
    slots = settled;
    running += filled.size();
    used = running;
    groupSizes = occupied(sizes);
    return new Changes(filled, moves);
  }

  private static int group(RunningResponse response) {
    return Integer.SIZE - Integer.numberOfLeadingZeros(response.fed() / SHORTEST_GROUP);
  }

  private static int[] begins(int[] sizes) {
    int[] begins = new int[GROUPS];
    int begin = 0;
    for (int group = GROUPS - 1; group >= 0; group--) {
      begins[group] = begin;
      begin += sizes[group];
    }
    return begins;
  }

  /** Takes the first free slot of the response's group. */
  private static int place(RunningResponse response, RunningResponse[] settled, int[] next) {
    int group = group(response);
    while (settled[next[group]] != null) {
      next[group]++;
    }
    settled[next[group]] = response;
    return next[group];
  }

  private static int[] occupied(int[] sizes) {
    return IntStream.range(0, GROUPS)
        .map(i -> sizes[GROUPS - 1 - i])
        .filter(size -> size > 0)
        .toArray();
  }

  /** Slots in use: the first ones, once settled. */
  int used() {
    return used;
  }

  /** How many neighbouring slots each group takes, in the order of the slots. */
  int[] groupSizes() {
    return groupSizes;
  }

  RunningResponse get(int slot) {
    return slots[slot];
  }

  void release(int slot) {
    slots[slot] = null;
    running--;
  }

  void clear() {
    Arrays.fill(slots, null);
    waiting.clear();
    used = 0;
    running = 0;
  }
}
