package io.sapo.admin.config;

import java.time.Duration;

/**
 * What one server spends at most.
 *
 * @param index how much of the run is indexed
 * @param pendingFetches records being read back from Kafka; further requests get 503
 */
public record Limits(Http http, Index index, int pendingFetches) {

  /**
   * Of connections and requests.
   *
   * @param connections open connections; further ones are closed at once
   * @param eventStreams open event streams; further ones get 503
   * @param headerBytes all headers of a request together
   * @param bodyBytes body of a request
   * @param requestDeadline time within which a request must have arrived whole, and within which an
   *     idle connection must send its next one
   * @param responseDeadline time within which a client must have taken a response, and within which
   *     an event stream must have taken an event
   */
  public record Http(
      int connections,
      int eventStreams,
      int headerBytes,
      int bodyBytes,
      Duration requestDeadline,
      Duration responseDeadline) {}

  /**
   * How many of the newest records are known; their bodies stay in Kafka.
   *
   * @param versions weight versions; older ones leave the lists
   */
  public record Index(int versions, int trajectories, int deadLetters) {}

  public static Limits defaults() {
    return new Limits(
        new Http(512, 100, 8 << 10, 4 << 10, Duration.ofSeconds(15), Duration.ofSeconds(60)),
        new Index(5_000, 20_000, 2_000),
        64);
  }

  public Limits withRequestDeadline(Duration value) {
    return withDeadlines(value, http.responseDeadline());
  }

  public Limits withResponseDeadline(Duration value) {
    return withDeadlines(http.requestDeadline(), value);
  }

  private Limits withDeadlines(Duration request, Duration response) {
    return new Limits(
        new Http(
            http.connections(),
            http.eventStreams(),
            http.headerBytes(),
            http.bodyBytes(),
            request,
            response),
        index,
        pendingFetches);
  }

  public Limits withConnections(int all, int streams) {
    return new Limits(
        new Http(
            all,
            streams,
            http.headerBytes(),
            http.bodyBytes(),
            http.requestDeadline(),
            http.responseDeadline()),
        index,
        pendingFetches);
  }

  public Limits withIndex(int versions, int trajectories, int deadLetters) {
    return new Limits(http, new Index(versions, trajectories, deadLetters), pendingFetches);
  }
}
