package io.sapo.producer.server;

import io.sapo.producer.engine.EngineSettings;
import io.sapo.producer.engine.ServerToken;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A vLLM that somebody has started, for tests that are asked to use it. */
final class RealServer {
  private RealServer() {}

  /**
   * @param property system property that holds its address
   * @param folder where weights are published for it
   */
  static EngineSettings settings(String property, Path folder) {
    return new EngineSettings(
        EngineSettings.Kind.VLLM,
        List.of(URI.create(System.getProperty(property))),
        ServerToken.NONE,
        folder,
        Duration.ofMinutes(10),
        20,
        0.01);
  }
}
