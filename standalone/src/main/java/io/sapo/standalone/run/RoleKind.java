package io.sapo.standalone.run;

import java.util.Locale;

/** The parts that the system consists of. */
public enum RoleKind {
  BROKER("Runs the embedded one-node Kafka broker on loopback; port and data are its own."),
  PRODUCER("Runs one producer: takes tasks, follows the weights, publishes trajectories."),
  GATEWAY(
      "Runs one gateway: an OpenAI-compatible endpoint whose conversations become trajectories."),
  SEGMENTER("Runs one segmenter: splits trajectories into segments with rewards."),
  LEARNER("Runs the learner up to run.updates: trains on segments and publishes versions."),
  EVALUATOR("Runs the evaluator up to run.updates: measures versions on held-out tasks."),
  ADMIN("Runs the admin endpoint: dashboard, status, health, metrics.");

  private final String description;

  RoleKind(String description) {
    this.description = description;
  }

  public String description() {
    return description;
  }

  /** As commands, folders and instances write it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether it computes with the model. */
  public boolean computes() {
    return this == PRODUCER || this == GATEWAY || this == LEARNER || this == EVALUATOR;
  }

  /** Whether several may work side by side, each with a place of its own in a folder. */
  boolean several() {
    return this == PRODUCER || this == GATEWAY || this == SEGMENTER;
  }
}
