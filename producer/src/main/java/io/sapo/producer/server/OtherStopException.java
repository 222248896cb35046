package io.sapo.producer.server;

/**
 * A response ended at what is no stop text by the text decoded here: its server decodes in a way of
 * its own, which is no fault.
 */
final class OtherStopException extends RefusedAnswerException {
  private static final long serialVersionUID = 1;

  OtherStopException(String message) {
    super(message);
  }
}
