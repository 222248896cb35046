package io.sapo.admin.config;

import io.sapo.pictures.PictureFiles;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Settings of one admin server.
 *
 * @param kafka client properties besides {@code bootstrap.servers}, such as those of TLS and SASL;
 *     never shown
 * @param pictures which picture files may be shown
 */
public record AdminConfig(
    String bootstrapServers,
    SortedMap<String, String> kafka,
    String topicPrefix,
    Listen listen,
    PictureFiles pictures,
    Limits limits,
    Thresholds thresholds) {

  public AdminConfig {
    kafka = new TreeMap<>(kafka);
  }

  /** Loopback, default limits and thresholds. */
  public static AdminConfig of(String bootstrapServers, String topicPrefix, Listen listen) {
    return new AdminConfig(
        bootstrapServers,
        new TreeMap<>(),
        topicPrefix,
        listen,
        PictureFiles.none(),
        Limits.defaults(),
        Thresholds.defaults());
  }

  public AdminConfig withLimits(Limits value) {
    return new AdminConfig(
        bootstrapServers, kafka, topicPrefix, listen, pictures, value, thresholds);
  }

  public AdminConfig withThresholds(Thresholds value) {
    return new AdminConfig(bootstrapServers, kafka, topicPrefix, listen, pictures, limits, value);
  }

  /**
   * @throws IllegalArgumentException naming every setting that is wrong
   */
  public void check() {
    List<String> problems = new ArrayList<>(listen.problems());
    if (bootstrapServers.isBlank()) {
      problems.add("bootstrap-servers is empty; give host:port of a Kafka broker");
    }
    problems.addAll(thresholds.problems());
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("\n", problems));
    }
  }

  /** Kafka client properties, the common ones included. */
  public Map<String, Object> clientProperties() {
    Map<String, Object> properties = new TreeMap<>(kafka);
    properties.put("bootstrap.servers", bootstrapServers);
    return properties;
  }

  /** The settings as a person may see them; secrets are left out. */
  public SortedMap<String, String> shown() {
    SortedMap<String, String> shown = new TreeMap<>();
    shown.put("admin.host", listen.host());
    shown.put("admin.port", Integer.toString(listen.port()));
    shown.put("admin.token", listen.token().isSet() ? "set" : "not set");
    shown.put("admin.read-token", listen.readToken().isSet() ? "set" : "not set");
    shown.put("admin.tls", listen.tls().isPresent() ? "on" : "off");
    shown.put("admin.allowed-hosts", String.join(",", listen.allowedHosts()));
    shown.put("admin.versions-kept", Integer.toString(limits.index().versions()));
    shown.put("admin.trajectories-kept", Integer.toString(limits.index().trajectories()));
    shown.put("admin.dead-letters-kept", Integer.toString(limits.index().deadLetters()));
    shown.put("bootstrap-servers", bootstrapServers);
    shown.put("topic-prefix", topicPrefix);
    shown.putAll(thresholds.shown());
    return shown;
  }

  /** Names no secret. */
  @Override
  public String toString() {
    return "AdminConfig" + shown();
  }
}
