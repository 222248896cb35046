package io.sapo.producer.engine;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Which engine generates a producer's responses. Everything but the kind concerns inference
 * servers.
 *
 * @param servers where they listen
 * @param token sent as a bearer token where there is one
 * @param folder weights are written here for servers to load, under a path that both see
 * @param deadline of one response, from request to last byte
 * @param entropyCandidates likeliest tokens that servers are asked for at every place, from which
 *     entropies are estimated
 * @param tolerance largest difference, in nats, between a server's log-probabilities and the
 *     project's own at which they count as the same
 */
public record EngineSettings(
    Kind kind,
    List<URI> servers,
    ServerToken token,
    Path folder,
    Duration deadline,
    int entropyCandidates,
    double tolerance) {

  public static final EngineSettings BUILTIN =
      new EngineSettings(
          Kind.BUILTIN, List.of(), ServerToken.NONE, Path.of(""), Duration.ofMinutes(10), 20, 0.05);

  /** What generates responses. */
  public enum Kind {
    BUILTIN,
    VLLM,
    SGLANG
  }

  /**
   * @throws IllegalArgumentException naming what is wrong
   */
  public EngineSettings {
    servers = List.copyOf(servers);
    if (deadline.isNegative() || deadline.isZero() || entropyCandidates < 1 || !(tolerance > 0)) {
      throw new IllegalArgumentException(
          "producer: deadline (%s), entropy candidates (%d) and tolerance (%s) of servers must be positive"
              .formatted(deadline, entropyCandidates, tolerance));
    }
  }

  /** Without the token, as that prints itself: settings end up in logs. */
  @Override
  public String toString() {
    return "EngineSettings[%s, servers=%s, token=%s, folder=%s, deadline=%s, entropyCandidates=%d, tolerance=%s]"
        .formatted(kind, servers, token, folder, deadline, entropyCandidates, tolerance);
  }
}
