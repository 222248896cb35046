package io.sapo.configuration;

import io.sapo.admin.config.Token;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/**
 * Where a gateway listens and who may ask.
 *
 * @param host anything but loopback needs a token
 * @param port 0 takes a free one
 * @param token needed for every request where it is set
 */
public record GatewayListen(String host, int port, Token token) {
  /**
   * @throws IllegalArgumentException naming what is wrong
   */
  public GatewayListen {
    if (token.text().isPresent() && token.file().isPresent()) {
      throw new IllegalArgumentException(
          "gateway.token and gateway.token-file: give one of the two");
    }
    Optional<String> fault = token.text().flatMap(Token::fault);
    if (fault.isPresent()) {
      throw new IllegalArgumentException("gateway.token" + fault.get());
    }
    if (!loopback(host) && !token.isSet()) {
      throw new IllegalArgumentException(
          "gateway.host %s is not loopback and gateway.token is not set; set a token or listen on 127.0.0.1"
              .formatted(host));
    }
  }

  public boolean isLoopback() {
    return loopback(host);
  }

  private static boolean loopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }

  /**
   * @throws IllegalArgumentException when the token's file cannot be read or holds none
   */
  public Optional<String> secret() {
    try {
      Optional<String> secret = token.read();
      Optional<String> fault = secret.flatMap(Token::fault);
      if (fault.isPresent()) {
        throw new IllegalArgumentException("gateway.token-file" + fault.get());
      }
      return secret;
    } catch (IOException e) {
      throw new IllegalArgumentException("gateway.token-file: " + e.getMessage(), e);
    }
  }
}
