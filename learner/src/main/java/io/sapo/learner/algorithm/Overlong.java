package io.sapo.learner.algorithm;

/** What is made of a response that was cut off at its length limit. */
public enum Overlong {
  /** An end like any other: nothing is worth anything behind it. */
  END,
  /** It is not trained on (overlong filtering of DAPO, Yu et al. 2025). */
  MASK,
  /** The critic's value of the state behind it stands for what is missing (Pardo et al. 2018). */
  BOOTSTRAP,
  /** An end; the verdict's reward falls towards the limit (soft punishment of DAPO). */
  PENALTY;

  /** By response: whether it is trained on. */
  public boolean[] keeps(boolean[] cutOff) {
    boolean[] kept = new boolean[cutOff.length];
    for (int row = 0; row < kept.length; row++) {
      kept[row] = this != MASK || !cutOff[row];
    }
    return kept;
  }
}
