package io.sapo.standalone.doctor;

import io.sapo.configuration.Binding;
import io.sapo.configuration.Settings;
import io.sapo.schemas.Task;
import io.sapo.segmenter.judge.JudgePanel;
import java.util.Optional;

/** Those that the settings give: a trajectory whose task names another is a dead letter. */
final class KnownVerifiers {
  private final Settings settings;

  KnownVerifiers(Settings settings) {
    this.settings = settings;
  }

  /** What is wrong with a task's verifier, to be said behind the task's id; empty if nothing is. */
  Optional<String> objection(Task task) {
    try (JudgePanel panel = new Binding(settings).judgePanel()) {
      return panel.knows(task.getVerifier())
          ? Optional.empty()
          : Optional.of(
              ", whose verifier is %s, which is none here; known are %s"
                  .formatted(task.getVerifier(), String.join(", ", panel.names())));
    } catch (IllegalArgumentException e) {
      return Optional.of("; no verifier can be asked: " + e.getMessage());
    }
  }
}
