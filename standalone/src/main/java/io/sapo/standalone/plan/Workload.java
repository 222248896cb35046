package io.sapo.standalone.plan;

import io.sapo.configuration.Binding;
import io.sapo.configuration.Settings;
import io.sapo.evaluator.EvaluationConfig;
import io.sapo.learner.config.LearnerConfig;
import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.tensor.ElementType;
import io.sapo.policy.training.ActivationMemory;
import io.sapo.producer.ProducerConfig;
import io.sapo.producer.engine.EngineSettings;
import java.nio.file.Path;

/**
 * A model and the settings that decide what training it will need.
 *
 * @param model computed in the configured type
 * @param stored element type in which the checkpoint has its weights
 * @param gpu whether the device has memory of its own
 * @param givenAdapters whether training begins with adapters of another
 * @param heapBytes largest Java heap of a process
 */
public record Workload(
    ModelConfig model,
    ElementType stored,
    boolean gpu,
    LearnerConfig learner,
    boolean givenAdapters,
    Generation producer,
    int producers,
    Generation evaluation,
    Saving saving,
    long activationBytes,
    long heapBytes) {

  /** The heap that the launcher gives a process that computes. */
  public static final long HEAP_BYTES = 768L << 20;

  /** Places by which the cache of a slot is rounded up. */
  private static final long CACHE_BLOCK = 32;

  /**
   * Generation with so many slots.
   *
   * @param served whether inference servers generate: this process holds the weights, to publish
   *     them and to compute what servers are verified by, but nothing that grows with the slots
   */
  public record Generation(int slots, int promptTokens, int newTokens, boolean served) {
    /** The longest prompt and response together. */
    int capacity() {
      return promptTokens + newTokens;
    }
  }

  /**
   * How often versions are kept where.
   *
   * @param published element type of versions
   * @param publishedBytes of published versions that are kept, where the last two anchors are not
   *     more
   */
  public record Saving(
      ElementType published,
      int anchorEvery,
      int checkpointEvery,
      int keepCheckpoints,
      long publishedBytes) {}

  /**
   * @param stored element type in which the checkpoint has its weights
   */
  public static Workload of(Settings settings, ModelConfig model, ElementType stored) {
    Binding binding = new Binding(settings);
    LearnerConfig learner = binding.learner();
    ProducerConfig producer = binding.producer("producer-0", Path.of(""));
    EvaluationConfig evaluation = binding.evaluation();
    boolean bf16 = settings.text("learner.published-type").equals("bf16");
    return new Workload(
        model.computedIn(learner.network().compute()),
        stored,
        settings.text("model.device").startsWith("gpu"),
        learner,
        settings.optionalPath("model.adapter").isPresent(),
        new Generation(
            producer.rollouts().slots(),
            producer.prompts().maxTokens(),
            producer.rollouts().sampling().maxNewTokens(),
            producer.engine().kind() != EngineSettings.Kind.BUILTIN),
        binding.producers(),
        new Generation(
            evaluation.slots(),
            evaluation.prompts().maxTokens(),
            evaluation.sampling().maxNewTokens(),
            false),
        new Saving(
            bf16 ? ElementType.BF16 : ElementType.F32,
            settings.integer("learner.anchor-every"),
            settings.integer("learner.checkpoint-every"),
            settings.integer("learner.keep-checkpoints"),
            settings.wide("learner.keep-published-mib") << 20),
        settings.wide("learner.activation-mib") << 20,
        HEAP_BYTES);
  }

  public ModelSizes sizes() {
    return ModelSizes.of(model, learner.network().adapters());
  }

  boolean adapted() {
    return learner.network().adapters() != null;
  }

  /** Of version 0 that KL terms look at; fresh adapters need none, the base is that policy. */
  long referenceBytes() {
    boolean copied = learner.algorithm().usesReference() && (!adapted() || givenAdapters);
    return copied ? sizes().actor() * Float.BYTES : 0;
  }

  /** Whether weights have to be brought into the type of the computation each time. */
  boolean converts() {
    ElementType held = adapted() ? ModelSizes.loaded(stored) : ElementType.F32;
    return held != model.computeType();
  }

  ActivationMemory activations() {
    return new ActivationMemory(model);
  }

  /** Keys and values of all slots, each as long as it may become. */
  long cacheBytes(Generation generation) {
    long places = (generation.capacity() + CACHE_BLOCK - 1L) / CACHE_BLOCK * CACHE_BLOCK;
    return 2L
        * model.decoder().layers()
        * generation.slots()
        * model.decoder().attention().keyValueWidth()
        * places
        * cacheType().bytes();
  }

  /** A CPU attends in float32 whatever it computes in. */
  ElementType cacheType() {
    return gpu() ? model.computeType() : ElementType.F32;
  }
}
