package io.sapo.configuration;

import io.sapo.learner.algorithm.AlgorithmSettings;
import io.sapo.learner.algorithm.OffPolicy;
import io.sapo.learner.algorithm.Overlong;
import io.sapo.learner.input.Admission;
import io.sapo.verifier.RewardShaping;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Keys that are right by themselves and wrong together. */
final class Contradictions {
  /** The verifier that scores every segment. */
  private static final String STEPS = "gsm8k-steps";

  private final Settings settings;
  private final Binding binding;

  Contradictions(Settings settings, Binding binding) {
    this.settings = settings;
    this.binding = binding;
  }

  /** Settings under which the learner would refuse what the producers make. */
  List<String> findings() {
    List<String> findings = new ArrayList<>();
    double temperature = settings.number("producer.temperature");
    if (temperature < Admission.LEAST_TEMPERATURE || temperature > Admission.MOST_TEMPERATURE) {
      findings.add(
          "producer.temperature is %s: the learner trains on what was sampled at %s to %s and would refuse every trajectory"
              .formatted(temperature, Admission.LEAST_TEMPERATURE, Admission.MOST_TEMPERATURE));
    }
    findings.addAll(servedWrongly());
    int prompt = settings.integer("model.max-prompt-tokens");
    int response = settings.integer("model.max-new-tokens");
    int longest = settings.integer("learner.max-sequence-tokens");
    if (prompt + response > longest) {
      findings.add(
          "learner.max-sequence-tokens is %d, but model.max-prompt-tokens (%d) and model.max-new-tokens (%d) allow %d: the learner would refuse what is longer. Raise the first or lower the others"
              .formatted(longest, prompt, response, prompt + response));
    }
    findings.addAll(ofAlgorithm());
    return findings;
  }

  private List<String> ofAlgorithm() {
    AlgorithmSettings algorithm;
    try {
      algorithm = binding.learner().algorithm();
    } catch (IllegalArgumentException e) {
      return List.of();
    }
    List<String> findings = new ArrayList<>(algorithm.objections());
    int batch = settings.integer("learner.batch-size");
    if (algorithm.rewardKl().mayVanish(batch)) {
      findings.add(
          "learner.reward-kl-horizon is %d, with learner.batch-size %d: one update could take the penalty away for good. Set it to more than a fifth of the batch"
              .formatted(algorithm.rewardKl().horizon(), batch));
    }
    if (!algorithm.usesCritic()) {
      settings
          .optionalPath("learner.critic.checkpoint")
          .ifPresent(
              folder ->
                  findings.add(
                      "learner.critic.checkpoint is %s, but %s has no critic: leave it empty"
                          .formatted(folder, algorithm.algorithm().configName())));
    }
    findings.addAll(ofCriticWarmup(algorithm));
    findings.addAll(withoutEffect(algorithm));
    if (!algorithm.usesCritic() && binding.rolloutsPerTask() == 1) {
      findings.add(
          "producer.rollouts-per-task is 1, but %s measures a response against the others of its task: alone it has no baseline. Set it to 2 or more, or leave it empty"
              .formatted(algorithm.algorithm().configName()));
    }
    boolean fromAll =
        settings.number("producer.top-p") >= 1 && settings.integer("producer.top-k") == 0;
    if (!fromAll && algorithm.offPolicy().comparesWithBehaviour()) {
      findings.add(
          "producer.top-p is %s and producer.top-k %d: the learner scores all tokens, so ratios to what was sampled from the likeliest alone are biased, and it would refuse every trajectory. Set them to 1 and 0, or learner.off-policy to none"
              .formatted(settings.number("producer.top-p"), settings.integer("producer.top-k")));
    }
    return findings;
  }

  /** What is set and does nothing beside the other settings. */
  private List<String> withoutEffect(AlgorithmSettings algorithm) {
    List<String> findings = new ArrayList<>();
    if (algorithm.rewardKl().target() > 0 && algorithm.rewardKl().initial() == 0) {
      findings.add(
          "learner.reward-kl-target is %s, but learner.reward-kl is 0: there is no penalty in the rewards to steer. Set learner.reward-kl, or the target to 0"
              .formatted(algorithm.rewardKl().target()));
    }
    if (algorithm.offPolicy().rejection() == null) {
      for (String key : List.of("rejection-form", "rejection-low", "rejection-high")) {
        if (isChanged("learner." + key)) {
          findings.add(
              "learner.%s is %s, but without learner.rejection-scope nothing is rejected: set the scope"
                  .formatted(key, text("learner." + key)));
        }
      }
    }
    String verifier = settings.optionalText("tasks.verifier").orElse("");
    if (!algorithm.usesCritic()
        && Arrays.stream(verifier.split("[+*\\s]+")).anyMatch(STEPS::equals)) {
      findings.add(
          "tasks.verifier is %s, which gives rewards to steps, but %s goes by the outcome of a response alone: take gsm8k, or an algorithm with a critic"
              .formatted(verifier, algorithm.algorithm().configName()));
    }
    return findings;
  }

  /** What is set, does nothing beside the other settings and does no harm, one sentence each. */
  List<String> warnings() {
    AlgorithmSettings algorithm;
    try {
      algorithm = binding.learner().algorithm();
    } catch (IllegalArgumentException e) {
      return List.of();
    }
    List<String> warnings = new ArrayList<>();
    OffPolicy offPolicy = algorithm.offPolicy();
    OffPolicy.Mode mode = offPolicy.mode();
    boolean weighs = mode != OffPolicy.Mode.OFF && mode != OffPolicy.Mode.NONE;
    boolean rejects = offPolicy.rejection() != null || offPolicy.veto() > 0;
    List<String> idle = new ArrayList<>();
    if (!weighs) {
      idle.addAll(List.of("off-policy-scope", "off-policy-form"));
    }
    if (!weighs && !rejects) {
      idle.add("off-policy-normalize");
    }
    if (mode != OffPolicy.Mode.TRUNCATE) {
      idle.add("off-policy-cap");
    }
    if (!mode.hasBounds()) {
      idle.addAll(List.of("off-policy-low", "off-policy-high"));
    }
    for (String key : idle) {
      if (isChanged("learner." + key)) {
        warnings.add(
            "learner.%s is %s, which does nothing with learner.off-policy %s"
                .formatted(key, text("learner." + key), text("learner.off-policy")));
      }
    }
    Optional<Double> limit = settings.optionalNumber("learner.advantage-limit");
    if (!algorithm.usesCritic() && limit.orElse(0.0) > 0) {
      warnings.add(
          "learner.advantage-limit is %s, which does nothing: %s whitens no advantages"
              .formatted(limit.get(), algorithm.algorithm().configName()));
    }
    warnings.addAll(ofOverlongPenalty(algorithm));
    return warnings;
  }

  private List<String> ofOverlongPenalty(AlgorithmSettings algorithm) {
    RewardShaping shaping = binding.verifiers().shaping();
    if (shaping.overlongTokens() > 0 || shaping.overlongShare() > 0) {
      return List.of();
    }
    List<String> warnings = new ArrayList<>();
    boolean asked = settings.optionalText("learner.overlong").isPresent();
    if (asked && algorithm.overlong() == Overlong.PENALTY) {
      warnings.add(
          "learner.overlong is penalty, but segmenter.reward.overlong-tokens is 0: no response is punished");
    }
    if (isChanged("segmenter.reward.overlong-penalty")) {
      warnings.add(
          "segmenter.reward.overlong-penalty is %s, but there is none: it goes with learner.overlong penalty"
              .formatted(text("segmenter.reward.overlong-penalty")));
    }
    return warnings;
  }

  private String text(String key) {
    return settings.values().get(key).text();
  }

  private boolean isChanged(String key) {
    Rule rule = ConfigKeys.rule(key).orElseThrow();
    String text = ConfigLoader.defaults().get(key);
    Object parsed = rule.optional() && text.isEmpty() ? null : rule.parse().apply(text);
    return !Objects.equals(settings.values().get(key).parsed(), parsed);
  }

  /** Who sets it to so many updates means to train a critic alone; who leaves it empty does not. */
  private List<String> ofCriticWarmup(AlgorithmSettings algorithm) {
    String name = algorithm.algorithm().configName();
    int updates = settings.integer("run.updates");
    Optional<Integer> given = settings.optionalInteger("learner.critic-warmup-updates");
    int published = algorithm.algorithm().preset().criticWarmupUpdates();
    if (!algorithm.usesCritic() && given.orElse(0) > 0) {
      return List.of(
          "learner.critic-warmup-updates is %d, but %s has no critic: leave it empty"
              .formatted(given.get(), name));
    }
    if (given.isEmpty() && updates > 0 && published >= updates) {
      return List.of(
          "run.updates is %d, but the first %d updates of %s train its critic alone: the policy would never be trained. Set learner.critic-warmup-updates"
              .formatted(updates, published, name));
    }
    return List.of();
  }

  private List<String> servedWrongly() {
    String engine = settings.text("producer.engine");
    List<URI> servers = binding.servers();
    List<String> findings = new ArrayList<>();
    if (engine.equals("builtin") != servers.isEmpty()) {
      findings.add(
          servers.isEmpty()
              ? "producer.engine is " + engine + ", but producer.servers names no server"
              : "producer.servers names servers, but producer.engine is builtin: set it to vllm or"
                  + " sglang");
    }
    if (servers.stream().distinct().count() < servers.size()) {
      findings.add("producer.servers names a server twice");
    }
    if (binding.producers() > 1 && !servers.isEmpty()) {
      findings.add(
          "producer.count is %d, but one producer drives all of producer.servers: set it to 1"
              .formatted(binding.producers()));
    }
    return findings;
  }
}
