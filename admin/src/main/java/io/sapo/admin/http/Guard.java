package io.sapo.admin.http;

import io.sapo.admin.Listen;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.HttpException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The first handler of every request: names the server does not go by (DNS rebinding), pages of
 * other origins and callers without the token get no further.
 *
 * <p>POST always needs the token. Reads need it too when the server is reachable from elsewhere,
 * except the page itself, which holds no data, and the probes.
 */
final class Guard {
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
          + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
          + "require-trusted-types-for 'script'";

  private final Set<String> names;
  private final boolean loopback;
  private final Optional<byte[]> tokenHash;

  Guard(Listen listen) {
    this.loopback = listen.isLoopback();
    this.tokenHash = listen.token().map(Guard::hash);
    this.names = names(listen);
  }

  private static Set<String> names(Listen listen) {
    Set<String> names = new TreeSet<>();
    names.add(listen.host().toLowerCase(Locale.ROOT));
    listen.allowedHosts().forEach(name -> names.add(name.toLowerCase(Locale.ROOT)));
    names.addAll(Set.of("localhost", "127.0.0.1", "::1"));
    if (!listen.isLoopback()) {
      addOwnAddresses(names);
    }
    return names;
  }

  private static void addOwnAddresses(Set<String> names) {
    try {
      names.add(InetAddress.getLocalHost().getHostName().toLowerCase(Locale.ROOT));
      NetworkInterface.networkInterfaces()
          .flatMap(NetworkInterface::inetAddresses)
          .forEach(address -> names.add(address.getHostAddress().replaceAll("%.*", "")));
    } catch (UnknownHostException | SocketException e) {
      // A machine that does not know its own name is reached by allowed-hosts.
      return;
    }
  }

  void check(RoutingContext context) {
    HttpServerRequest request = context.request();
    setHeaders(context.response());
    requireReadable(context);
    if (!knownHost(request.authority())) {
      throw new ApiException(421, "this server does not go by that name; see admin.allowed-hosts");
    }
    if (!sameOrigin(request)) {
      throw new ApiException(403, "pages of other origins may not ask");
    }
    if (request.method() == HttpMethod.POST || (!loopback && !isOpen(context.normalizedPath()))) {
      checkToken(context);
    }
    context.next();
  }

  private static void requireReadable(RoutingContext context) {
    try {
      context.normalizedPath();
      context.queryParams();
    } catch (IllegalArgumentException | HttpException e) {
      throw new ApiException(400, "the address is not properly encoded");
    }
  }

  private static void setHeaders(HttpServerResponse response) {
    response
        .putHeader("content-security-policy", POLICY)
        .putHeader("x-content-type-options", "nosniff")
        .putHeader("referrer-policy", "no-referrer")
        .putHeader("cross-origin-resource-policy", "same-origin")
        .putHeader("cross-origin-opener-policy", "same-origin")
        .putHeader("cache-control", "no-store")
        .putHeader("sapo-api-version", "1");
  }

  private boolean knownHost(HostAndPort host) {
    if (host == null) {
      return false;
    }
    String name = host.host().toLowerCase(Locale.ROOT);
    return names.contains(name.startsWith("[") ? name.substring(1, name.length() - 1) : name);
  }

  /** The scheme may differ: a proxy in front may speak TLS where this server does not. */
  private static boolean sameOrigin(HttpServerRequest request) {
    String origin = request.getHeader("origin");
    String host = request.getHeader("host");
    return origin == null
        || origin.equalsIgnoreCase("http://" + host)
        || origin.equalsIgnoreCase("https://" + host);
  }

  /**
   * @param path as routes match it: judged by the one sent, {@code /assets/../status} were open
   */
  private static boolean isOpen(String path) {
    return path.equals("/") || path.startsWith("/assets/") || path.startsWith("/health/");
  }

  private void checkToken(RoutingContext context) {
    if (tokenHash.isEmpty()) {
      throw new ApiException(403, "control is off on this server; set admin.token to turn it on");
    }
    String header = context.request().getHeader("authorization");
    if (header == null || !header.regionMatches(true, 0, "Bearer ", 0, 7)) {
      context.response().putHeader("www-authenticate", "Bearer");
      throw new ApiException(401, "this needs the header Authorization: Bearer TOKEN");
    }
    if (!matches(header.substring(7).trim())) {
      throw new ApiException(403, "the token is wrong");
    }
  }

  /** Whether the request carries the token; for replies that say more to those who may know. */
  boolean isTrusted(RoutingContext context) {
    String header = context.request().getHeader("authorization");
    return loopback
        || (header != null
            && header.regionMatches(true, 0, "Bearer ", 0, 7)
            && matches(header.substring(7).trim()));
  }

  /** Compares hashes in constant time, so that the time tells neither content nor length. */
  private boolean matches(String given) {
    return tokenHash.isPresent() && MessageDigest.isEqual(tokenHash.get(), hash(given));
  }

  private static byte[] hash(String token) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
