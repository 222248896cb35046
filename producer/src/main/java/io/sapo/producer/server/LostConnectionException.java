package io.sapo.producer.server;

/**
 * A server has taken a request and is gone before its answer. Where that happens to one request
 * again and again, the request may be what ends servers.
 */
final class LostConnectionException extends ServerException {
  private static final long serialVersionUID = 1;

  LostConnectionException(String message, Throwable cause) {
    super(message, cause);
  }
}
