package io.sapo.producer.server;

import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Which tokens a response may hold and which end it.
 *
 * @param vocabularySize tokens are below
 * @param stops tokens that end a response
 * @param banned tokens that are never sampled
 */
record ResponseRules(int vocabularySize, SortedSet<Integer> stops, List<Integer> banned) {
  ResponseRules {
    stops = new TreeSet<>(stops);
    banned = List.copyOf(banned);
  }
}
