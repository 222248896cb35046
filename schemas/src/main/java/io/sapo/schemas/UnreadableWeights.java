package io.sapo.schemas;

import java.util.OptionalLong;

/**
 * The newest version, where a producer cannot assemble its weights from the log, as its heartbeats
 * say under {@link #INFO}: the learner then publishes them whole once more.
 */
public final class UnreadableWeights {
  /** Name among the {@code info} of a producer's status; the value is the version. */
  public static final String INFO = "weights_unreadable";

  private UnreadableWeights() {}

  /** Empty when it says nothing of the kind, or nothing that is a version. */
  public static OptionalLong of(Status status) {
    try {
      String version = status.getInfo().get(INFO);
      return version == null ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(version));
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }
}
