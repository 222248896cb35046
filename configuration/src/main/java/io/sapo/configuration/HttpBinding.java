package io.sapo.configuration;

import io.sapo.admin.config.AdminConfig;
import io.sapo.admin.config.Limits;
import io.sapo.admin.config.Listen;
import io.sapo.admin.config.Thresholds;
import io.sapo.admin.config.Token;
import io.sapo.pictures.PictureFiles;
import io.sapo.producer.gateway.GatewayLimits;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Where the admin endpoint and the gateway listen, and who may ask. */
final class HttpBinding {
  private final Settings settings;

  HttpBinding(Settings settings) {
    this.settings = settings;
  }

  /** Where the gateway listens. */
  GatewayListen gateway() {
    return new GatewayListen(
        settings.text("gateway.host"), settings.integer("gateway.port"), token("gateway.token"));
  }

  GatewayLimits gatewayLimits() {
    return new GatewayLimits(
        settings.duration("gateway.idle"),
        settings.integer("gateway.conversations"),
        settings.integer("gateway.waiting"));
  }

  AdminConfig admin(String bootstrapServers, PictureFiles pictures) {
    return new AdminConfig(
        bootstrapServers,
        settings.free(ConfigKeys.CLIENT_SECTION),
        settings.text("kafka.topic-prefix"),
        listen(),
        pictures,
        Limits.defaults(),
        new Thresholds(
            settings.integer("admin.missed-heartbeats"),
            settings.duration("run.stuck-after"),
            settings.duration("admin.no-version-for"),
            settings.wide("admin.lag-records"),
            settings.number("admin.dead-letter-share"),
            new Thresholds.Updates(
                settings.number("admin.entropy-floor"),
                settings.number("admin.entropy-share"),
                settings.number("admin.max-kl"),
                settings.number("admin.max-log-prob-gap"),
                settings.number("admin.reward-drop"))));
  }

  private Token token(String key) {
    return new Token(settings.optionalText(key), settings.optionalPath(key + "-file"));
  }

  Listen listen() {
    Optional<Path> certificate = settings.optionalPath("admin.tls-certificate");
    Optional<Path> key = settings.optionalPath("admin.tls-key");
    if (certificate.isPresent() != key.isPresent()) {
      throw new IllegalArgumentException(
          "admin.tls-certificate and admin.tls-key: give both or neither");
    }
    return new Listen(
        settings.text("admin.host"),
        settings.integer("admin.port"),
        token("admin.token"),
        token("admin.read-token"),
        certificate.map(path -> new Listen.Tls(path, key.orElseThrow())),
        settings
            .optionalText("admin.allowed-hosts")
            .map(hosts -> List.of(hosts.split("\\s*,\\s*")))
            .orElse(List.of()));
  }
}
