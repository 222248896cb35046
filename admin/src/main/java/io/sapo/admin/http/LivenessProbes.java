package io.sapo.admin.http;

import io.sapo.schemas.Liveness;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Liveness of the admin process: its main loops, and whether one of them makes no progress. */
public final class LivenessProbes {
  /** Both come round every second or so, whatever becomes of the brokers. */
  private static final Duration STUCK_AFTER = Duration.ofMinutes(1);

  private final Map<String, Liveness> loops = new LinkedHashMap<>();

  /**
   * @param reading of the topics
   * @param status made for readers
   */
  public LivenessProbes(Liveness reading, Liveness status) {
    loops.put("reading the topics", reading);
    loops.put("making the status", status);
  }

  /** What stands still; empty when nothing does. */
  Optional<String> stuck() {
    List<String> still = new ArrayList<>();
    loops.forEach(
        (what, loop) -> {
          if (loop.sinceBeat().compareTo(STUCK_AFTER) > 0) {
            still.add(
                "%s has not come round for %d s".formatted(what, loop.sinceBeat().toSeconds()));
          }
        });
    return still.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", still));
  }
}
