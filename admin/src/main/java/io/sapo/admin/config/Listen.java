package io.sapo.admin.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where the server listens and who may ask.
 *
 * @param host address or name to bind; anything but loopback needs a token
 * @param port 0 takes a free one
 * @param token required for every POST, and for every read when not on loopback
 * @param readToken does for reads as well, and for nothing else; where it is set, reads on loopback
 *     need one of the two, too
 * @param tls certificate and key as PEM files
 * @param allowedHosts names besides the bound one that a Host header may carry, such as a proxy's
 */
public record Listen(
    String host,
    int port,
    Token token,
    Token readToken,
    Optional<Tls> tls,
    List<String> allowedHosts) {

  /** PEM files of the certificate chain and its private key. */
  public record Tls(Path certificate, Path key) {}

  public Listen {
    allowedHosts = List.copyOf(allowedHosts);
  }

  public static Listen loopback(int port) {
    return new Listen("127.0.0.1", port, Token.none(), Token.none(), Optional.empty(), List.of());
  }

  public Listen withToken(String value) {
    return new Listen(host, port, Token.of(value), readToken, tls, allowedHosts);
  }

  public Listen withReadToken(Token value) {
    return new Listen(host, port, token, value, tls, allowedHosts);
  }

  public boolean isLoopback() {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }

  /** One sentence for everything that is wrong; empty when the server may start. */
  List<String> problems() {
    List<String> problems = new ArrayList<>();
    if (host.isBlank()) {
      problems.add("admin.host is empty; use 127.0.0.1 to listen on this machine only");
    }
    if (port < 0 || port > 65_535) {
      problems.add("admin.port is " + port + "; it must be 0 to 65535");
    }
    problems.addAll(token.problems("admin.token"));
    problems.addAll(readToken.problems("admin.read-token"));
    if (!host.isBlank() && !isLoopback() && !token.isSet() && !readToken.isSet()) {
      problems.add(
          "admin.host "
              + host
              + " is not loopback and admin.token is not set; set a token or listen on 127.0.0.1");
    }
    tls.ifPresent(
        files -> {
          requireFile("admin.tls.certificate", files.certificate(), problems);
          requireFile("admin.tls.key", files.key(), problems);
        });
    return problems;
  }

  private static void requireFile(String key, Path file, List<String> problems) {
    if (!Files.isReadable(file)) {
      problems.add(key + ": cannot read " + file);
    }
  }
}
