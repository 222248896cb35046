package io.sapo.configuration;

/**
 * Where a value comes from.
 *
 * @param label for people, such as {@code file sapo.yaml} or {@code --seed}
 */
public record Origin(Layer layer, String label) {

  /** From weakest to strongest. */
  public enum Layer {
    DEFAULT,
    /** Not given, and chosen for the model. */
    FITTED,
    RUN,
    FILE,
    ENVIRONMENT,
    FLAG
  }

  static final Origin DEFAULTS = new Origin(Layer.DEFAULT, "default");
}
