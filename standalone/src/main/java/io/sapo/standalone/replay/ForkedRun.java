package io.sapo.standalone.replay;

import io.sapo.command.CommandFailure;
import io.sapo.configuration.Binding;
import io.sapo.configuration.ConfigLoader;
import io.sapo.configuration.ConfigReport;
import io.sapo.configuration.Settings;
import io.sapo.learner.Fork;
import io.sapo.learner.config.LearnerStart;
import io.sapo.learner.replay.RecordedRun;
import io.sapo.schemas.Topics;
import io.sapo.schemas.WeightVersion;
import io.sapo.standalone.folder.RunFolder;
import io.sapo.standalone.kafka.KafkaAccess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.UUID;
import java.util.function.LongConsumer;
import java.util.function.UnaryOperator;

/**
 * A fork as a run of its own: topics under the parent's prefix and the fork's name on the same
 * brokers, a folder under the parent's, settings that say so.
 */
public final class ForkedRun {
  private static final String NAME = "[A-Za-z0-9_-]{1,40}";

  private final Settings settings;
  private final RunFolder folder;

  /**
   * @param settings with those of {@link #settings} on top
   */
  public ForkedRun(Settings settings, RunFolder parent, String name) {
    this.settings = settings;
    this.folder = parent.fork(name);
  }

  /** What sets a fork apart from its parent; it begins with that one's critic, not with another. */
  public static UnaryOperator<ConfigLoader> settings(
      Settings parentSettings, RunFolder parent, String name) {
    if (!name.matches(NAME)) {
      throw CommandFailure.usage(
          "--fork " + name + ": may be 1 to 40 letters, digits, '_' and '-'");
    }
    String prefix = parentSettings.text("kafka.topic-prefix") + name + ".";
    Path broker = KafkaAccess.brokerData(parentSettings, parent).toAbsolutePath().normalize();
    return loader ->
        loader
            .flag("--fork", "kafka.topic-prefix", prefix)
            .flag("--fork", "learner.critic.checkpoint", "")
            .flag("--fork", "broker.data", broker.toString());
  }

  public RunFolder folder() {
    return folder;
  }

  /**
   * Creates topics, checkpoints, the first commit record, and at last the folder's settings, by
   * which it counts as a run.
   *
   * @return the first commit record
   */
  public WeightVersion begin(
      RecordedRun parent, KafkaAccess access, long version, LongConsumer progress)
      throws InterruptedException {
    Topics topics = Binding.topics(settings);
    try {
      access.prepareTopics(topics);
      Binding binding = new Binding(settings).check();
      WeightVersion first =
          new Fork(
                  parent,
                  access.topics().prefix(),
                  binding.learnerOptions(
                      access.client(),
                      topics,
                      UUID.randomUUID().toString(),
                      parent.checkpoints().folder(0),
                      folder.learner(),
                      LearnerStart.until(version)),
                  Clock.systemUTC())
              .begin(version, progress);
      folder.keepSettings(ConfigReport.changed(settings));
      return first;
    } catch (IOException e) {
      throw new UncheckedIOException(folder.path() + " cannot be written", e);
    }
  }
}
