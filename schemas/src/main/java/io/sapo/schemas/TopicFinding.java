package io.sapo.schemas;

/**
 * What is odd about a topic.
 *
 * @param fatal whether a run cannot work with it; otherwise it can, and should know
 * @param text a sentence that names topic, setting and what to do
 */
public record TopicFinding(boolean fatal, String text) {
  private static final String MISSING = " is missing; run: sapo topics create";

  static TopicFinding missing(String topic) {
    return fatal("topic " + topic + MISSING);
  }

  /** Whether the topic is not there at all. */
  public boolean missing() {
    return text.endsWith(MISSING);
  }

  static TopicFinding fatal(String text) {
    return new TopicFinding(true, text);
  }

  static TopicFinding warning(String text) {
    return new TopicFinding(false, text);
  }

  @Override
  public String toString() {
    return text;
  }
}
