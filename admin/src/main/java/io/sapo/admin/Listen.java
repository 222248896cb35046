package io.sapo.admin;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where the server listens and who may ask.
 *
 * @param host address or name to bind; anything but loopback needs a token
 * @param port 0 takes a free one
 * @param token bearer token; required for every POST, and for every read when not on loopback
 * @param tls certificate and key as PEM files
 * @param allowedHosts names besides the bound one that a Host header may carry, such as a proxy's
 */
public record Listen(
    String host, int port, Optional<String> token, Optional<Tls> tls, List<String> allowedHosts) {

  /** PEM files of the certificate chain and its private key. */
  public record Tls(Path certificate, Path key) {}

  static final int MIN_TOKEN_CHARS = 16;

  public Listen {
    allowedHosts = List.copyOf(allowedHosts);
  }

  public static Listen loopback(int port) {
    return new Listen("127.0.0.1", port, Optional.empty(), Optional.empty(), List.of());
  }

  public Listen withToken(String value) {
    return new Listen(host, port, Optional.of(value), tls, allowedHosts);
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
    if (token.isPresent() && token.get().length() < MIN_TOKEN_CHARS) {
      problems.add("admin.token must have at least " + MIN_TOKEN_CHARS + " characters");
    }
    if (token.isPresent() && !token.get().chars().allMatch(c -> c > 0x20 && c < 0x7f)) {
      problems.add("admin.token must consist of visible ASCII characters");
    }
    if (!host.isBlank() && !isLoopback() && token.isEmpty()) {
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
    if (!java.nio.file.Files.isReadable(file)) {
      problems.add(key + ": cannot read " + file);
    }
  }
}
