package io.sapo.learner.algorithm;

/**
 * Where the value V(s_m) of a segment is read among the critic's outputs, element t of which values
 * the state before response token t.
 */
public enum ValueReading {
  /** Before the segment's first token: the paper's s_m. */
  SEGMENT_START,
  /** Before the segment's last token: what the paper's code does. */
  SEGMENT_END
}
