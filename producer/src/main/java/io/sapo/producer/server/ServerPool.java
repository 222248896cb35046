package io.sapo.producer.server;

import io.sapo.policy.generation.Sampling;
import io.sapo.producer.engine.Outage;
import io.sapo.producer.server.ReportedDistribution.Mismatch;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** The servers of an engine. Guarded by the engine's lock, but for closing. */
final class ServerPool {
  private final List<InferenceServer> servers;

  ServerPool(List<InferenceServer> servers) {
    this.servers = List.copyOf(servers);
  }

  void start() {
    servers.forEach(InferenceServer::start);
  }

  /** See {@link InferenceServer#wake}. */
  void wake() {
    servers.forEach(InferenceServer::wake);
  }

  /** Whether any samples from these weights. */
  boolean anyAccepts(Publication target) {
    return servers.stream().anyMatch(server -> server.accepts(target));
  }

  /**
   * Of those that sample from these weights and report log-probabilities of that sampling, the one
   * with the fewest requests.
   */
  Optional<InferenceServer> leastBusy(Publication target, Sampling sampling) {
    return servers.stream()
        .filter(server -> server.accepts(target))
        .filter(server -> server.reports().filter(r -> r.mismatch(sampling).isEmpty()).isPresent())
        .min(Comparator.comparingInt(InferenceServer::load));
  }

  /**
   * Why none of them will do for a sampling; empty where one of them will, in use or not, and while
   * one that may yet come into use has not shown of what it reports log-probabilities.
   */
  Optional<Mismatch> mismatch(Sampling sampling) {
    if (servers.stream().anyMatch(server -> server.reports().isEmpty() && !server.givenUp())) {
      return Optional.empty();
    }
    List<Optional<Mismatch>> all =
        servers.stream()
            .map(InferenceServer::reports)
            .flatMap(Optional::stream)
            .map(reported -> reported.mismatch(sampling))
            .toList();
    return all.stream().allMatch(Optional::isPresent)
        ? all.stream().flatMap(Optional::stream).findFirst()
        : Optional.empty();
  }

  /**
   * @param requests that wait meanwhile
   * @return empty while any of them can be used
   */
  Optional<Outage> outage(int requests) {
    List<Outage> outages =
        servers.stream().map(InferenceServer::outage).flatMap(Optional::stream).toList();
    if (outages.size() < servers.size()) {
      return Optional.empty();
    }
    Duration lasts =
        outages.stream().map(Outage::lasts).min(Comparator.naturalOrder()).orElseThrow();
    return Optional.of(new Outage("%d requests wait for %s".formatted(requests, reasons()), lasts));
  }

  /** Whether any of them may yet read the folder of these weights. */
  boolean use(String weights) {
    return servers.stream().anyMatch(server -> server.uses(weights));
  }

  /** What keeps each of them out of use. */
  String reasons() {
    return servers.stream()
        .map(InferenceServer::outage)
        .flatMap(Optional::stream)
        .map(Outage::reason)
        .collect(Collectors.joining("; "));
  }

  /** Waits for their threads, which need the lock. */
  void close() {
    servers.forEach(InferenceServer::stop);
    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(InferenceServer.END_WITHIN_MS);
    servers.forEach(server -> server.end(until));
  }
}
