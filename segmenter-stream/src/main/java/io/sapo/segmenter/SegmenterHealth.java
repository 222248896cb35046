package io.sapo.segmenter;

/**
 * How the segmenter is.
 *
 * @param state starting, running, recovering, stopping, stopped or failed
 * @param message why it failed; otherwise empty
 */
public record SegmenterHealth(String state, String message) {
  public boolean failed() {
    return state.equals("failed");
  }
}
