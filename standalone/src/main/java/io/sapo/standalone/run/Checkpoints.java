package io.sapo.standalone.run;

import io.sapo.standalone.config.Settings;
import java.nio.file.Path;

/** Where the starting policy lies. */
public final class Checkpoints {
  private static final Path SHIPPED = Path.of("checkpoints", "figures");

  private Checkpoints() {}

  /**
   * @param home root of the installation
   */
  public static Path start(Settings settings, Path home) {
    return settings.optionalPath("model.checkpoint").orElse(home.resolve(SHIPPED));
  }
}
