package io.sapo.standalone.replay;

import io.sapo.command.CommandFailure;

/** First and last version that a replay folds, inclusive. */
public record ReplaySpan(long from, long to) {
  /**
   * @param first the run's first version, which nothing was folded to
   * @param newest the run's newest
   * @param from of what is asked for; null for the first that can be folded
   * @param to null for the newest
   * @throws CommandFailure when there are no such versions
   */
  public static ReplaySpan of(long first, long newest, Long from, Long to) {
    if (newest == first) {
      throw CommandFailure.failed(
          "there is nothing to replay yet: the run has made no version after %d, which it began with"
              .formatted(first));
    }
    ReplaySpan span = new ReplaySpan(from == null ? first + 1 : from, to == null ? newest : to);
    if (span.from <= first || span.to < span.from || span.to > newest) {
      throw CommandFailure.usage(
          "versions %d to %d cannot be folded again; there are %d to %d"
              .formatted(span.from, span.to, first + 1, newest));
    }
    return span;
  }
}
