package io.sapo.admin.config;

import java.time.Duration;

/**
 * What one server spends at most.
 *
 * @param connections open connections; further ones are closed at once
 * @param eventStreams open event streams; further ones get 503
 * @param headerBytes all headers of a request together
 * @param bodyBytes body of a request
 * @param requestDeadline time within which a request must have arrived whole, and within which an
 *     idle connection must send its next one
 * @param responseDeadline time within which a client must have taken a response, and within which
 *     an event stream must have taken an event
 * @param versionsKept weight versions known; older ones leave the lists
 * @param trajectoriesKept trajectories indexed (their bodies stay in Kafka)
 * @param deadLettersKept dead letters indexed
 * @param pendingFetches records being read back from Kafka; further requests get 503
 */
public record Limits(
    int connections,
    int eventStreams,
    int headerBytes,
    int bodyBytes,
    Duration requestDeadline,
    Duration responseDeadline,
    int versionsKept,
    int trajectoriesKept,
    int deadLettersKept,
    int pendingFetches) {

  public static Limits defaults() {
    return new Limits(
        512,
        100,
        8 << 10,
        4 << 10,
        Duration.ofSeconds(15),
        Duration.ofSeconds(60),
        5_000,
        20_000,
        2_000,
        64);
  }

  public Limits withRequestDeadline(Duration value) {
    return new Limits(
        connections,
        eventStreams,
        headerBytes,
        bodyBytes,
        value,
        responseDeadline,
        versionsKept,
        trajectoriesKept,
        deadLettersKept,
        pendingFetches);
  }

  public Limits withResponseDeadline(Duration value) {
    return new Limits(
        connections,
        eventStreams,
        headerBytes,
        bodyBytes,
        requestDeadline,
        value,
        versionsKept,
        trajectoriesKept,
        deadLettersKept,
        pendingFetches);
  }

  public Limits withConnections(int all, int streams) {
    return new Limits(
        all,
        streams,
        headerBytes,
        bodyBytes,
        requestDeadline,
        responseDeadline,
        versionsKept,
        trajectoriesKept,
        deadLettersKept,
        pendingFetches);
  }

  public Limits withKept(int versions, int trajectories, int deadLetters) {
    return new Limits(
        connections,
        eventStreams,
        headerBytes,
        bodyBytes,
        requestDeadline,
        responseDeadline,
        versions,
        trajectories,
        deadLetters,
        pendingFetches);
  }
}
