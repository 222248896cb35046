package io.sapo.learner.fold;

import io.sapo.learner.algorithm.Experience;
import io.sapo.learner.algorithm.Ragged;
import io.sapo.learner.algorithm.Targets;
import io.sapo.learner.algorithm.ValueTargets;
import io.sapo.learner.input.Batch;
import io.sapo.learner.input.BatchRules;
import io.sapo.learner.input.TrainingExample;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/** Gathers the numbers of one {@link UpdateReport}. Seconds go by phase, the rest by meaning. */
final class Metrics {

  /** 1 for a version that was made of nothing, so that weights are on the log again. */
  static final String PUBLISHED_AGAIN = "published_again";

  private final LongSupplier nanoTime;
  private final long begun;
  private long phaseBegun;
  private final SortedMap<String, Double> values = new TreeMap<>();
  private final List<Steps.PolicyOutcome> policySteps = new ArrayList<>();
  private final List<Steps.ValueOutcome> valueSteps = new ArrayList<>();
  private long tokens;

  Metrics(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.begun = nanoTime.getAsLong();
    this.phaseBegun = begun;
  }

  /** Time since the phase before belongs to this one. */
  void phase(String name) {
    long now = nanoTime.getAsLong();
    values.merge("seconds_" + name, (now - phaseBegun) / 1e9, Double::sum);
    phaseBegun = now;
  }

  void put(String name, double value) {
    values.put(name, value);
  }

  void add(Steps.PolicyOutcome step) {
    policySteps.add(step);
  }

  void add(Steps.ValueOutcome step) {
    valueSteps.add(step);
  }

  /**
   * What is said of tokens is said of those that are trained on, and nothing where there are none.
   *
   * @return mean k1 estimate of KL(π_old ‖ π_ref) a token; 0 without a reference
   */
  double describe(
      Batch batch, long version, Experience experience, BatchScores scores, Targets targets) {
    describeExamples(batch, version);
    double tokens = experience.scores().oldLogProbs().length;
    put("response_tokens", tokens / batch.examples().size());
    put("segments", (double) experience.cut().spans().rows() / batch.examples().size());
    put("segment_tokens", tokens / experience.cut().spans().rows());
    describeGap(batch, version, experience);
    return targets.keptRows().length == 0 ? 0 : describeKept(experience, scores, targets);
  }

  private double describeKept(Experience experience, BatchScores scores, Targets targets) {
    Ragged all = experience.cut().tokens();
    boolean[] kept = targets.kept();
    double[] logProbs = all.gather(scores.logProbs(), kept);
    put("entropy", mean(all.gather(scores.entropies(), kept)));
    put(
        "kl_behaviour",
        -meanDifference(logProbs, all.gather(experience.scores().behaviourLogProbs(), kept)));
    put("off_policy_weight", mean(all.gather(targets.corrections().weights(), kept)));
    put("off_policy_ess", targets.corrections().effectiveShare());
    put("off_policy_masked", targets.corrections().maskedShare());
    put("off_policy_rejected", targets.corrections().rejectedShare());
    if (scores.values() != null) {
      ValueTargets value = targets.keptValue();
      put("explained_variance", value.explainedVariance());
      put("value", mean(value.oldValues()));
    }
    double referenceKl = 0;
    if (scores.refLogProbs() != null) {
      referenceKl = meanDifference(logProbs, all.gather(scores.refLogProbs(), kept));
      put("kl_reference", referenceKl);
    }
    return referenceKl;
  }

  /** Of an update that was skipped: what is known of its batch. */
  void describeLeftOut(Batch batch, long version) {
    describeExamples(batch, version);
    long tokens = 0;
    for (TrainingExample example : batch.examples()) {
      tokens += example.trained().indices().length;
    }
    put("response_tokens", (double) tokens / batch.examples().size());
    put("left_out", 1);
  }

  private void describeExamples(Batch batch, long version) {
    double reward = 0;
    double correct = 0;
    double prompt = 0;
    long oldest = 0;
    double staleness = 0;
    double cutOff = 0;
    double withoutSignal = batch.withoutSignal();
    for (TrainingExample example : batch.examples()) {
      long age = version - example.startVersion();
      values.merge("staleness_" + age, 1.0, Double::sum);
      oldest = Math.max(oldest, age);
      staleness += age;
      reward += example.outcome();
      correct += example.correct() ? 1 : 0;
      prompt += example.sequence().promptTokens().length;
      tokens +=
          example.sequence().promptTokens().length + example.sequence().responseTokens().length;
      cutOff += example.sampled().cutOff() ? 1 : 0;
      withoutSignal += BatchRules.withoutSignal(example) ? 1 : 0;
    }
    int count = batch.examples().size();
    put("reward", reward / count);
    put("accuracy", correct / count);
    put("prompt_tokens", prompt / count);
    put("staleness_mean", staleness / count);
    put("staleness_max", oldest);
    put("trained", count);
    put("skipped", batch.skipped());
    put("cut_off", cutOff / count);
    put("no_signal", withoutSignal / (count + batch.withoutSignal()));
    put("no_signal_dropped", batch.withoutSignal());
    put("stale", (double) batch.stale() / (count + batch.stale()));
    put("stale_dropped", batch.stale());
  }

  /**
   * How far sampled and recomputed log-probabilities of the freshest tokens lie apart. Where their
   * weights were the update's own ({@code log_prob_gap_age} 0) it is what rounding causes, and any
   * bug in between; otherwise the updates in between show in it too.
   */
  private void describeGap(Batch batch, long version, Experience experience) {
    long newest = Long.MIN_VALUE;
    for (TrainingExample example : batch.examples()) {
      for (long sampledBy : example.trained().versions()) {
        newest = sampledBy <= version ? Math.max(newest, sampledBy) : newest;
      }
    }
    double sum = 0;
    long tokens = 0;
    int token = 0;
    for (TrainingExample example : batch.examples()) {
      for (long sampledBy : example.trained().versions()) {
        if (sampledBy == newest) {
          sum +=
              Math.abs(
                  experience.scores().oldLogProbs()[token]
                      - experience.scores().behaviourLogProbs()[token]);
          tokens++;
        }
        token++;
      }
    }
    if (tokens > 0) {
      put("log_prob_gap", sum / tokens);
      put("log_prob_gap_age", version - newest);
    }
  }

  /** Tokens a second are those of whole sequences, not of what is trained on alone. */
  SortedMap<String, Double> finish() {
    summarizePolicy();
    summarizeValue();
    phase("report");
    double seconds = (phaseBegun - begun) / 1e9;
    put("seconds_update", seconds);
    put("tokens_per_second", seconds > 0 ? tokens / seconds : 0);
    return values;
  }

  private void summarizePolicy() {
    if (policySteps.isEmpty()) {
      return;
    }
    double loss = 0;
    double klLoss = 0;
    double norm = 0;
    double kl = 0;
    double tokens = 0;
    double clipped = 0;
    double clippedLower = 0;
    for (Steps.PolicyOutcome step : policySteps) {
      loss += step.loss();
      klLoss += step.klLoss();
      norm += step.gradNorm();
      kl += step.kl();
      tokens += step.tokens();
      clipped += step.clipped();
      clippedLower += step.clippedLower();
    }
    put("policy_loss", loss / policySteps.size());
    put("kl_loss", klLoss / policySteps.size());
    put("grad_norm_actor", norm / policySteps.size());
    put("kl_old", kl / Math.max(1, tokens));
    put("clip_fraction", clipped / Math.max(1, tokens));
    put("clip_fraction_lower", clippedLower / Math.max(1, tokens));
  }

  private void summarizeValue() {
    if (valueSteps.isEmpty()) {
      return;
    }
    double loss = 0;
    double norm = 0;
    double actions = 0;
    double clipped = 0;
    for (Steps.ValueOutcome step : valueSteps) {
      loss += step.loss();
      norm += step.gradNorm();
      actions += step.actions();
      clipped += step.clipped();
    }
    put("value_loss", loss / valueSteps.size());
    put("grad_norm_critic", norm / valueSteps.size());
    put("value_clip_fraction", clipped / Math.max(1, actions));
  }

  private static double mean(double[] elements) {
    double sum = 0;
    for (double element : elements) {
      sum += element;
    }
    return elements.length == 0 ? 0 : sum / elements.length;
  }

  private static double meanDifference(double[] minuends, double[] subtrahends) {
    double sum = 0;
    for (int i = 0; i < minuends.length; i++) {
      sum += minuends[i] - subtrahends[i];
    }
    return minuends.length == 0 ? 0 : sum / minuends.length;
  }
}
