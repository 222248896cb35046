package io.sapo.policy.generation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Which response lies in which slot of the cache. After {@link #settle} the slots in use are the
 * first ones, without holes, so that the decode loop works on a prefix of the cache.
 */
final class SlotTable {
  /** A slot's contents to be copied to a free slot. */
  record Move(int from, int to) {}

  /** What has to happen in the cache before the next step. */
  record Changes(List<Integer> filled, List<Move> moves) {}

  private final RunningResponse[] slots;
  private final Deque<RunningResponse> waiting = new ArrayDeque<>();
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

  /** Puts waiting responses into holes, then closes the holes that are left from behind. */
  Changes settle() {
    List<Integer> filled = new ArrayList<>();
    for (int slot = 0; slot < slots.length && !waiting.isEmpty(); slot++) {
      if (slots[slot] == null) {
        slots[slot] = waiting.remove();
        filled.add(slot);
      }
    }
    running += filled.size();
    used = filled.isEmpty() ? used : Math.max(used, filled.get(filled.size() - 1) + 1);
    return new Changes(filled, closeHoles());
  }

  private List<Move> closeHoles() {
    List<Move> moves = new ArrayList<>();
    int hole = 0;
    for (int last = used - 1; last >= running; last--) {
      if (slots[last] != null) {
        while (slots[hole] != null) {
          hole++;
        }
        slots[hole] = slots[last];
        slots[last] = null;
        moves.add(new Move(last, hole));
      }
    }
    used = running;
    return moves;
  }

  /** Slots in use: the first ones, once settled. */
  int used() {
    return used;
  }

  RunningResponse get(int slot) {
    return slots[slot];
  }

  void release(int slot) {
    slots[slot] = null;
    running--;
  }

  void clear() {
    java.util.Arrays.fill(slots, null);
    waiting.clear();
    used = 0;
    running = 0;
  }
}
