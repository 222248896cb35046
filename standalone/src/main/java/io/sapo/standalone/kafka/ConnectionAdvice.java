package io.sapo.standalone.kafka;

import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;

/** Why brokers could not be reached, and which settings to look at. */
final class ConnectionAdvice {
  private ConnectionAdvice() {}

  static String of(Throwable failure) {
    Throwable root = failure;
    boolean tls = false;
    boolean login = false;
    while (true) {
      tls |= root instanceof SslAuthenticationException;
      login |= root instanceof SaslAuthenticationException;
      if (root.getCause() == null) {
        break;
      }
      root = root.getCause();
    }
    if (tls) {
      return "no TLS connection, is the brokers' certificate among the trusted ones? ("
          + root.getMessage()
          + "); check kafka.client.ssl.*";
    }
    if (login) {
      return "the login was refused (" + root.getMessage() + "); check kafka.client.sasl.*";
    }
    return (root instanceof TimeoutException ? "no answer in time" : root.getMessage())
        + "; check kafka.bootstrap-servers and kafka.client";
  }
}
