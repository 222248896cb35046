package io.sapo.producer.server;

import java.util.List;
import java.util.Optional;

/**
 * One response as a server reported it, whatever its protocol; shapes and numbers are checked
 * later.
 *
 * @param tokens sampled, the ending one included
 * @param logProbs one a token; not a number where there was none
 * @param candidates the likeliest tokens at each place, in no order
 * @param versions what the server says of which weights sampled which token
 * @param prompt tokens that it says it read; empty where it does not say
 */
record Answer(
    int[] tokens,
    double[] logProbs,
    List<Candidates> candidates,
    Ending ending,
    List<Span> versions,
    Optional<int[]> prompt) {

  /** Why a server stopped generating. */
  enum Ending {
    STOP,
    LENGTH,
    ABORT
  }

  /** Tokens at one place and their log-probabilities. */
  record Candidates(int[] tokens, double[] logProbs) {}

  /** Tokens [start, end) were sampled from the weights of that name. */
  record Span(String version, int start, int end) {}
}
