package io.sapo.producer;

/** When a producer changes to a new weight version. */
public enum WeightUptake {
  /** Between decode steps: a running response goes on with the new weights. */
  IN_FLIGHT,

  /** Once no response is running; none is started while a newer version waits. */
  DRAIN
}
