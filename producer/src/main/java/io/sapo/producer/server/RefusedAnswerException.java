package io.sapo.producer.server;

/** An answer that must not be trained on; the message says what is wrong with it. */
class RefusedAnswerException extends RuntimeException {
  private static final long serialVersionUID = 1;

  RefusedAnswerException(String message, Throwable cause) {
    super(message, cause);
  }

  RefusedAnswerException(String message) {
    super(message);
  }
}
