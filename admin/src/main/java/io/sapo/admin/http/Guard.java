package io.sapo.admin.http;

import io.sapo.admin.config.Listen;
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
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The first handler of every request: names the server does not go by (DNS rebinding), pages of
 * other origins and callers without the token get no further.
 *
 * <p>POST always needs the token. Reads need it, or the one for reading, when they come from
 * elsewhere or a token for reading is set, except the page itself, which holds no data, and the
 * probes.
 */
final class Guard {
  private static final Logger LOG = LoggerFactory.getLogger(Guard.class);
  private static final List<String> PROXY_HEADERS =
      List.of("forwarded", "x-forwarded-for", "x-real-ip", "via");

  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
          + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
          + "require-trusted-types-for 'script'";

  private final Set<String> names;
  private final boolean loopback;
  private final Tokens tokens;
  private boolean warned;

  Guard(Listen listen, Tokens tokens) {
    this.loopback = listen.isLoopback();
    this.tokens = tokens;
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
    boolean control = request.method() == HttpMethod.POST;
    if (control || !open(request) && !isOpen(context.normalizedPath())) {
      checkToken(context, control);
    }
    context.next();
  }

  /**
   * Whether this caller may read without a token: one on this machine, unless a token for reading
   * is set. What a proxy on this machine passes on comes from elsewhere, and needs one where there
   * are any; a proxy that adds no header cannot be told from a caller on this machine.
   */
  private boolean open(HttpServerRequest request) {
    if (!loopback || tokens.readsNeedOne()) {
      return false;
    }
    boolean passedOn = PROXY_HEADERS.stream().anyMatch(request.headers()::contains);
    if (passedOn && !tokens.any() && !warned) {
      warned = true;
      LOG.warn(
          "a proxy passes requests on to this server, and no token is set: whoever reaches the"
              + " proxy reads everything; set admin.read-token");
    }
    return !(passedOn && tokens.any());
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
    return path.equals("/")
        || path.startsWith("/assets/")
        || path.equals("/health/live")
        || path.equals("/health/ready");
  }

  private void checkToken(RoutingContext context, boolean control) {
    if (control && !tokens.controlIsOn()) {
      throw new ApiException(403, "control is off on this server; set admin.token to turn it on");
    }
    String header = context.request().getHeader("authorization");
    if (header == null || !header.regionMatches(true, 0, "Bearer ", 0, 7)) {
      context.response().putHeader("www-authenticate", "Bearer");
      throw new ApiException(401, "this needs the header Authorization: Bearer TOKEN");
    }
    Tokens.Right right = tokens.right(header.substring(7).trim());
    if (right == Tokens.Right.NOTHING) {
      throw new ApiException(403, "the token is wrong");
    }
    if (control && right == Tokens.Right.READ) {
      throw new ApiException(403, "this token is for reading; commands need admin.token");
    }
  }
}
