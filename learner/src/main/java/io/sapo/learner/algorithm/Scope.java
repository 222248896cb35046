package io.sapo.learner.algorithm;

/** Which tokens are taken together, as one action or as one importance ratio. */
public enum Scope {
  TOKEN,
  SEGMENT,
  RESPONSE;

  /**
   * @param cut the responses' segments
   */
  public Segmentation of(Segmentation cut) {
    return switch (this) {
      case TOKEN -> Segmentation.everyToken(cut.tokens());
      case SEGMENT -> cut;
      case RESPONSE -> Segmentation.wholeResponse(cut.tokens());
    };
  }
}
