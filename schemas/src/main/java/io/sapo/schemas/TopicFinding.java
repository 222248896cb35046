package io.sapo.schemas;

/**
 * What is odd about a topic.
 *
 * @param fatal whether a run cannot work with it; otherwise it can, and should know
 * @param text a sentence that names topic, setting and what to do
 */
public record TopicFinding(boolean fatal, String text) {
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
