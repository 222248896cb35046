package io.sapo.producer.server;

/** A server cannot be reached or does not do its work now; another time it may. */
class ServerException extends RuntimeException {
  private static final long serialVersionUID = 1;

  ServerException(String message, Throwable cause) {
    super(message, cause);
  }

  ServerException(String message) {
    super(message);
  }
}
