package io.sapo.standalone.plan;

import io.sapo.policy.checkpoint.VisionConfig;
import io.sapo.policy.training.ActivationMemory;
import java.util.ArrayList;
import java.util.List;

/** Memory of activations during an update. */
final class Activations {
  /** Of the logits made at a time, as language_model_head.py has it. */
  private static final long BLOCK_BYTES = 32_000_000;

  private static final long LEAST_ROWS = 16;

  /**
   * Float32 tensors of a block's rows alive at a time where these are not taken a few at a time.
   */
  private static final long FLOATS_ON_GPU = 4L * Float.BYTES;

  /** Of the intermediates of one layer: themselves, and what is computed from them going back. */
  private static final int BACKWARD = 3;

  /**
   * What lies between tensors, where the allocator finds no use for it, by their bytes. Measured.
   */
  private static final double BETWEEN = 0.35;

  private final Workload work;
  private final ActivationMemory memory;
  private final long tokens;

  Activations(Workload work) {
    this.work = work;
    this.memory = work.activations();
    this.tokens =
        Math.max(
            work.learner().steps().microBatchTokens(), work.learner().batch().maxSequenceTokens());
  }

  List<Part> parts() {
    List<Part> parts = new ArrayList<>();
    parts.add(
        Part.device(
            "kept activations",
            kept(),
            "up to learner.activation-mib, at least what enters each layer of %d tokens"
                .formatted(tokens)));
    long backward = BACKWARD * tokens * memory.intermediateBytesPerToken();
    parts.add(
        Part.device(
            "one layer going back",
            backward,
            "intermediates and gradients of a layer for a pass of %d tokens".formatted(tokens)));
    parts.add(
        Part.device(
            "between tensors",
            (long) (BETWEEN * (kept() + backward)),
            "what the allocator holds beside the two"));
    parts.add(logits());
    if (work.converts()) {
      parts.add(
          Part.device(
              "converted weights",
              (work.sizes().largest() + work.sizes().layer()) * work.model().computeType().bytes(),
              "a layer's and the largest tensor, in the type of the computation"));
    }
    work.model()
        .vision()
        .ifPresent(
            vision ->
                parts.add(
                    Part.device(
                        "vision tower",
                        visionBytes(vision),
                        "pictures of a pass of %d tokens, as many as fit into prompts"
                            .formatted(tokens))));
    return parts;
  }

  /** The most that {@link ActivationMemory#within} keeps. */
  private long kept() {
    long inputs = tokens * memory.inputBytesPerToken();
    return Math.max(inputs, Math.min(whole(), work.activationBytes()));
  }

  /**
   * What is kept of one pass, or, where an update takes a single step, of all its passes of both
   * networks, bytes: with as much to keep them nothing is computed twice.
   */
  long whole() {
    long layers = work.model().decoder().layers();
    long intermediates = layers * memory.intermediateBytesPerToken();
    double logits = memory.logitBytesPerToken() * responseShare();
    boolean oneStep = work.learner().steps().oneStep(work.learner().batch().size());
    int networks = work.learner().algorithm().usesCritic() ? 2 : 1;
    long longest = Math.min(work.producer().capacity(), work.learner().batch().maxSequenceTokens());
    long kept = oneStep ? networks * work.learner().batch().size() * longest : tokens;
    return (long) (kept * (memory.inputBytesPerToken() + intermediates + logits));
  }

  /** Share of tokens that are scored. */
  private double responseShare() {
    Workload.Generation generation = work.producer();
    return (double) generation.newTokens() / generation.capacity();
  }

  private Part logits() {
    long row = memory.logitBytesPerToken();
    long rows = Math.min(tokens, Math.max(LEAST_ROWS, BLOCK_BYTES / row));
    long logits = rows * work.model().vocabSize();
    return Part.device(
        "logits",
        rows * row + (work.gpu() ? FLOATS_ON_GPU * logits : 0),
        "%d rows of %d at a time".formatted(rows, work.model().vocabSize()));
  }

  /** Of a tower that is trained all blocks are held, otherwise one. */
  private long visionBytes(VisionConfig vision) {
    Workload.Generation generation = work.producer();
    long merge = vision.patches().merged();
    long pictureTokens = tokens * generation.promptTokens() / generation.capacity();
    long width = 10L * vision.hiddenSize() + 4L * vision.intermediateSize();
    long blocks = work.adapted() ? 1 : vision.depth();
    return pictureTokens * merge * width * blocks * work.model().computeType().bytes();
  }
}
