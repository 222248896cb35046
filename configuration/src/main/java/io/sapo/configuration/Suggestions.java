package io.sapo.configuration;

import java.util.Collection;
import java.util.Optional;

/** The known name that somebody who mistyped most likely meant. */
final class Suggestions {
  /** Of a name; a longer one is no slip of the pen. */
  private static final int MOST_CHARACTERS = 100;

  private Suggestions() {}

  static Optional<String> nearest(String name, Collection<String> known) {
    if (name.length() > MOST_CHARACTERS) {
      return Optional.empty();
    }
    String best = null;
    int bestDistance = Integer.MAX_VALUE;
    for (String candidate : known) {
      int distance = Math.min(distance(name, candidate), leafDistance(name, candidate));
      if (distance < bestDistance) {
        best = candidate;
        bestDistance = distance;
      }
    }
    return bestDistance <= Math.max(2, name.length() / 4) ? Optional.of(best) : Optional.empty();
  }

  /** A right leaf in the wrong section, or without one, is nearly right. */
  private static int leafDistance(String name, String candidate) {
    String leaf = name.substring(name.lastIndexOf('.') + 1);
    String candidateLeaf = candidate.substring(candidate.lastIndexOf('.') + 1);
    return leaf.equals(candidateLeaf) ? 1 : Integer.MAX_VALUE;
  }

  /** Levenshtein distance. */
  private static int distance(String a, String b) {
    int[] previous = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] row = new int[b.length() + 1];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(replaced, 1 + Math.min(previous[j], row[j - 1]));
      }
      previous = row;
    }
    return previous[b.length()];
  }
}
