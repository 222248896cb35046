package io.sapo.standalone.run;

import io.sapo.configuration.Settings;
import io.sapo.producer.TaskSources;
import io.sapo.producer.chain.ChainTaskSource;
import io.sapo.producer.chain.Lengths;
import java.nio.file.Path;

/** Where the starting policy lies. */
public final class Checkpoints {
  private static final Path SHIPPED = Path.of("checkpoints");

  private Checkpoints() {}

  /**
   * The one that is named, else the one shipped for the tasks.
   *
   * @param home root of the installation
   */
  public static Path start(Settings settings, Path home) {
    boolean chain = Lengths.parse(settings.text("tasks.train")).isPresent();
    return settings
        .optionalPath("model.checkpoint")
        .orElse(home.resolve(SHIPPED).resolve(chain ? ChainTaskSource.NAME : TaskSources.FIGURES));
  }

  /**
   * The one of the figures, which comes with the program.
   *
   * @param home root of the installation
   */
  public static Path figures(Path home) {
    return home.resolve(SHIPPED).resolve(TaskSources.FIGURES);
  }
}
