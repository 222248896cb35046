package io.sapo.standalone.plan;

import io.sapo.configuration.Binding;
import io.sapo.configuration.ConfigException;
import io.sapo.configuration.Origin;
import io.sapo.configuration.Settings;
import io.sapo.policy.adapter.AdapterFolder;
import io.sapo.policy.checkpoint.InvalidCheckpointException;
import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.layout.AdapterConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Defaults for a checkpoint of one's own. Those of sapo-defaults.yaml fit the shipped one; where
 * another is named, what nobody has set is chosen for it: what the paper trained with, cut to what
 * the model can take. A function of the checkpoint's configuration and the settings alone, not of
 * the machine, so that all roles of a run come to the same.
 */
public final class ModelDefaults {
  /**
   * Memory of weights, gradients and moments from which on adapters are trained: with activations
   * and rollouts beside it, what is larger does not fit a card of 24 GB.
   */
  static final long MOST_WHOLE_BYTES = 18L << 30;

  /**
   * From here on versions are published in bfloat16: at the small learning rates of large models
   * most elements then stay the same, where in float32 nearly all change.
   */
  static final long BF16_FROM = 10_000_000;

  /** From here on a learning rate of one in a hundred cannot be meant. */
  private static final long LARGE = 50_000_000;

  private static final double ABSURD_RATE = 1e-2;
  private static final double DOUBTFUL = 5e-5;
  private static final double DOUBTFUL_OF_ADAPTERS = 2e-3;
  private static final List<String> NETWORKS = List.of("actor", "critic");
  private static final int PAPER_PROMPT = 1024;
  private static final int PAPER_RESPONSE = 2048;
  private static final long CACHE_BYTES = 4L << 30;
  private static final long KEPT_BYTES = 4L << 30;
  private static final long LEAST_KEPT_MIB = 256;
  private static final long MIB = 1L << 20;
  private static final int MOST_SLOTS = 64;
  private static final int LEAST_SLOTS = 4;
  private static final int RANK = 16;

  private ModelDefaults() {}

  /**
   * @throws ConfigException for settings that cannot be meant for the named model
   */
  public static Settings fit(Settings settings) {
    Optional<ModelConfig> model = named(settings);
    try {
      return model.isPresent()
          ? checked(pictures(fit(settings, model.get()), model.get()), model.get())
          : settings;
    } catch (IllegalArgumentException e) {
      throw new ConfigException(List.of(e.getMessage())); // settings that do not go together
    }
  }

  /** Empty for the shipped checkpoint, and where there is no readable folder on this machine. */
  private static Optional<ModelConfig> named(Settings settings) {
    Optional<Path> folder = settings.optionalPath("model.checkpoint");
    try {
      return folder.map(path -> ModelConfig.read(path.resolve("config.json")));
    } catch (InvalidCheckpointException e) {
      return Optional.empty(); // whoever opens the folder says what is wrong with it
    }
  }

  static Settings fit(Settings settings, ModelConfig model) {
    Settings found = adapter(settings, model);
    boolean gpu = settings.text("model.device").startsWith("gpu");
    if (gpu) {
      found = choose(found, "model.precision", "bf16", "a GPU computes in it");
    }
    long parameters = ModelSizes.of(model, null).parameters();
    long whole = wholeBytes(found, model);
    boolean large = whole > MOST_WHOLE_BYTES;
    String training = "training every weight takes " + Units.bytes(whole) + " before activations";
    found = choose(found, "model.adapter-rank", large ? "" + RANK : "0", training);
    found = rates(found, found.integer("model.adapter-rank") > 0);
    boolean narrow = parameters >= BF16_FROM;
    found =
        choose(
            found,
            "learner.published-type",
            narrow ? "bf16" : "f32",
            Units.count(parameters) + " parameters");
    return activations(slots(lengths(found, model), model), model);
  }

  /** Adapters to begin with say themselves what they are. */
  private static Settings adapter(Settings settings, ModelConfig model) {
    Optional<AdapterConfig> read = adapters(settings, model);
    if (read.isEmpty()) {
      return settings;
    }
    AdapterConfig own = read.get();
    String why = "as " + settings.optionalPath("model.adapter").orElseThrow() + " has it";
    Settings found = choose(settings, "model.adapter-rank", "" + own.rank(), why);
    found = choose(found, "model.adapter-alpha", "" + own.alpha(), why);
    found = choose(found, "model.adapter-rank-stabilized", "" + own.rankStabilized(), why);
    found = choose(found, "model.adapter-targets", String.join(", ", own.targets()), why);
    return choose(found, "model.adapter-vision", "" + own.vision(), why);
  }

  /** Empty where none are named, or none that can be read. */
  private static Optional<AdapterConfig> adapters(Settings settings, ModelConfig model) {
    try {
      return settings
          .optionalPath("model.adapter")
          .map(folder -> AdapterFolder.open(folder).config(model));
    } catch (InvalidCheckpointException e) {
      return Optional.empty(); // whoever opens the folder says what is wrong with it
    }
  }

  /** Weights, gradients and moments of all networks where every weight is trained. */
  private static long wholeBytes(Settings settings, ModelConfig model) {
    var algorithm = new Binding(settings).learner().algorithm();
    ModelSizes sizes = ModelSizes.of(model, null);
    long elements =
        4 * (sizes.actor() + (algorithm.usesCritic() ? sizes.critic() : 0))
            + (algorithm.usesReference() ? sizes.actor() : 0);
    return elements * Float.BYTES;
  }

  private static Settings rates(Settings settings, boolean adapters) {
    String why = adapters ? "20 times the paper's, for adapters" : "the paper's";
    Settings actor = choose(settings, "learner.actor.learning-rate", usual("actor", adapters), why);
    return choose(actor, "learner.critic.learning-rate", usual("critic", adapters), why);
  }

  /** The paper's where the model's context holds them, otherwise half of it each. */
  private static Settings lengths(Settings settings, ModelConfig model) {
    int context = model.decoder().maxPositions();
    boolean enough = context >= PAPER_PROMPT + PAPER_RESPONSE;
    String why = enough ? "the paper's" : "half of the model's context of " + context;
    int half = Math.max(1, context / 2);
    Settings found =
        choose(settings, "model.max-prompt-tokens", "" + (enough ? PAPER_PROMPT : half), why);
    found = choose(found, "model.max-new-tokens", "" + (enough ? PAPER_RESPONSE : half), why);
    int longest = found.integer("model.max-prompt-tokens") + found.integer("model.max-new-tokens");
    return choose(
        found, "learner.max-sequence-tokens", "" + longest, "prompt and response together");
  }

  /** So that one fits a prompt; empty, the checkpoint's own, where that is as small. */
  private static Settings pictures(Settings settings, ModelConfig model) {
    int most = settings.integer("model.max-prompt-tokens");
    Path folder = settings.optionalPath("model.checkpoint").orElseThrow();
    OptionalLong pixels = PictureArea.fitting(folder, model, most);
    return pixels.isEmpty()
        ? settings
        : choose(
            settings,
            "model.max-pixels",
            "" + pixels.getAsLong(),
            "a picture takes up three quarters of a prompt of " + most + " tokens at most");
  }

  /** As many as keep their keys and values within a few gigabytes, by halves. */
  private static Settings slots(Settings settings, ModelConfig model) {
    Workload work = Workload.of(settings, model, model.elementType());
    Settings found = settings;
    found = slots(found, "producer.slots", work, work.producer());
    return slots(found, "evaluation.slots", work, work.evaluation());
  }

  private static Settings slots(
      Settings settings, String key, Workload work, Workload.Generation generation) {
    if (generation.served()) {
      return choose(settings, key, "" + MOST_SLOTS, "requests to inference servers at a time");
    }
    int slots = MOST_SLOTS;
    while (slots > LEAST_SLOTS
        && work.cacheBytes(
                new Workload.Generation(
                    slots, generation.promptTokens(), generation.newTokens(), false))
            > CACHE_BYTES) {
      slots /= 2;
    }
    return choose(settings, key, "" + slots, "keys and values up to " + Units.bytes(CACHE_BYTES));
  }

  /**
   * All of an update's forward passes where a few gigabytes hold them: nothing is computed again on
   * the way back. Otherwise little: a part of them spares as small a part of the work.
   */
  private static Settings activations(Settings settings, ModelConfig model) {
    Activations activations = new Activations(Workload.of(settings, model, model.elementType()));
    long whole = activations.whole();
    boolean held = whole <= KEPT_BYTES;
    long mib = held ? Math.max(LEAST_KEPT_MIB, (whole + MIB - 1) / MIB) : LEAST_KEPT_MIB;
    return choose(
        settings,
        "learner.activation-mib",
        "" + mib,
        held
            ? "activations of an update, kept whole"
            : "activations of an update take %s, most are recomputed"
                .formatted(Units.bytes(whole)));
  }

  /** A value for a key that nobody has set. */
  private static Settings choose(Settings settings, String key, String text, String why) {
    Settings.Value before = settings.values().get(key);
    if (before.origin().layer() != Origin.Layer.DEFAULT) {
      return settings;
    }
    SortedMap<String, String> one = new TreeMap<>();
    one.put(key, text);
    return settings.with(one, new Origin(Origin.Layer.FITTED, "fits the model: " + why));
  }

  private static Settings checked(Settings settings, ModelConfig model) {
    List<String> findings = new ArrayList<>();
    long parameters = ModelSizes.of(model, null).parameters();
    for (String network : NETWORKS) {
      String key = "learner." + network + ".learning-rate";
      if (parameters > LARGE && settings.number(key) >= ABSURD_RATE) {
        findings.add(
            "%s is %s (%s), which ruins a model of %s parameters within an update; the paper's is %s"
                .formatted(
                    key,
                    settings.values().get(key).text(),
                    settings.origin(key).label(),
                    Units.count(parameters),
                    usual(network, false)));
      }
    }
    int prompt = settings.integer("model.max-prompt-tokens");
    int response = settings.integer("model.max-new-tokens");
    if ((long) prompt + response > model.decoder().maxPositions()) {
      findings.add(
          String.format(
              Locale.ROOT,
              "model.max-prompt-tokens (%d, %s) and model.max-new-tokens (%d, %s) are more than the"
                  + " %d tokens that the model's context holds (max_position_embeddings); lower"
                  + " them",
              prompt,
              settings.origin("model.max-prompt-tokens").label(),
              response,
              settings.origin("model.max-new-tokens").label(),
              model.decoder().maxPositions()));
    }
    if (settings.integer("model.adapter-rank") == 0 && adapters(settings, model).isPresent()) {
      findings.add(
          "model.adapter is %s, but model.adapter-rank is 0 (%s), which trains every weight; leave one of the two out"
              .formatted(
                  settings.optionalPath("model.adapter").orElseThrow(),
                  settings.origin("model.adapter-rank").label()));
    }
    if (!findings.isEmpty()) {
      throw new ConfigException(findings);
    }
    return settings;
  }

  /**
   * Settings that may be meant, but have ruined models: a line each; none for the shipped one,
   * which learns at such rates.
   */
  public static List<String> doubts(Settings settings) {
    Optional<ModelConfig> model = named(settings);
    if (model.isEmpty() || ModelSizes.of(model.get(), null).parameters() <= LARGE) {
      return List.of();
    }
    boolean adapters = settings.integer("model.adapter-rank") > 0;
    double most = adapters ? DOUBTFUL_OF_ADAPTERS : DOUBTFUL;
    List<String> doubts = new ArrayList<>();
    for (String network : NETWORKS) {
      String key = "learner." + network + ".learning-rate";
      if (settings.number(key) >= most) {
        doubts.add(
            "%s is %s (%s): a model of this size, %s, was ruined by such a rate within a few updates; the usual one is %s"
                .formatted(
                    key,
                    settings.values().get(key).text(),
                    settings.origin(key).label(),
                    adapters ? "adapters alone" : "trained whole",
                    usual(network, adapters)));
      }
    }
    return doubts;
  }

  private static String usual(String network, boolean adapters) {
    boolean actor = network.equals("actor");
    return adapters ? actor ? "2e-5" : "4e-5" : actor ? "1e-6" : "2e-6";
  }

  /** What was chosen for the model, a line a key; empty for the shipped one. */
  public static List<String> chosen(Settings settings) {
    return settings.values().entrySet().stream()
        .filter(entry -> entry.getValue().origin().layer() == Origin.Layer.FITTED)
        .map(
            entry ->
                "%s = %s (%s)"
                    .formatted(
                        entry.getKey(), entry.getValue().text(), entry.getValue().origin().label()))
        .toList();
  }
}
