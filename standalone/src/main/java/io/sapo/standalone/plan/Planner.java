package io.sapo.standalone.plan;

import io.sapo.configuration.Origin;
import io.sapo.configuration.Settings;
import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.tensor.ElementType;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;

/** Plans for a model on a machine, and what to change where it does not fit. */
public final class Planner {
  private static final int LEAST_SLOTS = 4;
  private static final int LEAST_RESPONSE = 256;
  private static final int LEAST_MICRO_BATCH = 1024;
  private static final int LEAST_ACTIVATION_MIB = 256;
  private static final String RANK = "16";
  private static final Origin TRIED = new Origin(Origin.Layer.FLAG, "--set");

  private record Change(String key, String value) {}

  private final Settings settings;
  private final ModelConfig model;
  private final ElementType stored;
  private final Machine machine;

  /**
   * @param stored element type in which the checkpoint has its weights
   */
  public Planner(Settings settings, ModelConfig model, ElementType stored, Machine machine) {
    this.settings = settings;
    this.model = model;
    this.stored = stored;
    this.machine = machine;
  }

  public Workload work() {
    return Workload.of(settings, model, stored);
  }

  /**
   * @param matrixRate operations a second of a matrix product; empty where none was measured
   */
  public Plan plan(OptionalDouble matrixRate) {
    return Plan.of(work(), matrixRate);
  }

  public Fit fit(String role) {
    return fit(role, settings);
  }

  private Fit fit(String role, Settings tried) {
    Workload work = Workload.of(tried, model, stored);
    return Fit.of(Plan.of(work, OptionalDouble.empty()).role(role), work.gpu(), machine);
  }

  /**
   * Assignments for {@code --set} under which a role fits, none of them superfluous; empty where it
   * fits as it is, or where nothing helps.
   */
  public List<String> changes(String role) {
    List<Change> taken = new ArrayList<>();
    for (Change change : candidates()) {
      if (fits(role, taken)) {
        break;
      }
      taken.add(change);
    }
    if (!fits(role, taken)) {
      return List.of();
    }
    for (Change change : List.copyOf(taken)) {
      List<Change> without = taken.stream().filter(other -> other != change).toList();
      if (fits(role, without)) {
        taken = without;
      }
    }
    return taken.stream().map(change -> change.key() + "=" + change.value()).toList();
  }

  private boolean fits(String role, List<Change> changes) {
    SortedMap<String, String> texts = new TreeMap<>();
    changes.forEach(change -> texts.put(change.key(), change.value()));
    return fit(role, settings.with(texts, TRIED)).verdict() != Fit.Verdict.TOO_LARGE;
  }

  /** The one that costs least first. */
  private List<Change> candidates() {
    List<Change> changes = new ArrayList<>();
    for (String key : List.of("evaluation.slots", "producer.slots")) {
      halves(changes, key, LEAST_SLOTS);
    }
    if (stored == ElementType.BF16 && settings.text("model.precision").equals("f32")) {
      changes.add(new Change("model.precision", "bf16"));
    }
    halves(changes, "learner.activation-mib", LEAST_ACTIVATION_MIB);
    halves(changes, "learner.micro-batch-tokens", LEAST_MICRO_BATCH);
    int response = settings.integer("model.max-new-tokens");
    int prompt = settings.integer("model.max-prompt-tokens");
    while (response / 2 >= LEAST_RESPONSE) {
      response /= 2;
      changes.add(new Change("model.max-new-tokens", "" + response));
      changes.add(new Change("learner.max-sequence-tokens", "" + (prompt + response)));
    }
    if (settings.integer("model.adapter-rank") == 0) {
      changes.add(new Change("model.adapter-rank", RANK));
    }
    return changes;
  }

  private void halves(List<Change> changes, String key, int least) {
    int value = settings.integer(key);
    while (value / 2 >= least) {
      value /= 2;
      changes.add(new Change(key, "" + value));
    }
  }
}
