package io.sapo.bench;

import ai.djl.Device;
import io.sapo.policy.device.Devices;
import io.sapo.policy.generation.GenerationRequest;
import io.sapo.policy.generation.Generator;
import io.sapo.policy.generation.GeneratorOptions;
import io.sapo.policy.generation.Sampling;
import io.sapo.policy.layout.Head;
import io.sapo.policy.network.TokenSequence;
import io.sapo.policy.network.Weights;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.Random;

/** Generation against the bare matrix products of its steps, and refilled slots against padding. */
final class RolloutBench implements Bench {
  private static final int ROUNDS = 3;
  private static final int SLOTS = 64;
  private static final int PROMPT = 32;
  private static final int NEW_TOKENS = 256;
  private static final int STEPS_PER_CALL = 16;

  private static final int RESPONSES = 4 * SLOTS;
  private static final double MEDIAN_LENGTH = 12;
  private static final int LONGEST = 128;

  @Override
  public String name() {
    return "rollout";
  }

  @Override
  public String about() {
    return "25 M parameters, 64 slots, 256 new tokens, against the bare matrix products of the"
        + " steps";
  }

  @Override
  public List<Row> run(BenchSettings settings) throws Exception {
    Device device = Devices.open(settings.device());
    BenchModel model = BenchModel.M25;
    // The end-of-text token is never drawn: each response is as long as its limit says.
    GeneratorOptions options =
        new GeneratorOptions(SLOTS, PROMPT + NEW_TOKENS, STEPS_PER_CALL, List.of(2));
    try (Weights weights = Weights.random(model.config(), Head.LANGUAGE_MODEL, 1, device);
        Generator generator = Generator.load(model.config(), options, device);
        BareDecoding bare = new BareDecoding(model, SLOTS, device)) {
      Slots slots = new Slots(generator, weights, model.vocabulary());
      slots.all(lengths(SLOTS, 16));
      bare.rate(16);
      int[] equal = lengths(SLOTS, NEW_TOKENS);
      Alternating steps =
          Alternating.measure(
              ROUNDS, () -> bare.rate(64), () -> NEW_TOKENS / slots.refilled(equal));
      settings.progress().accept("rollout: steps measured");
      int[] wild = logNormal(RESPONSES, new Random(1));
      Alternating refill =
          Alternating.measure(1, () -> 1 / slots.padded(wild), () -> 1 / slots.refilled(wild));
      double compacted = slots.batches(wild, false);
      double tokens = Arrays.stream(wild).sum();
      return List.of(
          Row.atLeast(
              name(), "rate / rate of the bare matrix products", steps.ratio(), "ratio", 0.6),
          Row.atLeast(
              name(),
              "refilled slots / padded batch, log-normal lengths",
              refill.ratio(),
              "ratio",
              1.6),
          Row.info(name(), "tokens drawn", SLOTS * steps.candidate(), "1/s"),
          Row.info(name(), "bare decode steps", steps.limit(), "1/s"),
          Row.info(name(), "tokens drawn, log-normal lengths", tokens * refill.candidate(), "1/s"),
          Row.info(
              name(),
              "refilled slots / batches whose ended rows are left out",
              compacted * refill.candidate(),
              "ratio"));
    }
  }

  private static int[] lengths(int count, int each) {
    int[] lengths = new int[count];
    Arrays.fill(lengths, each);
    return lengths;
  }

  /** Median 12, sigma 1, cut at 128. */
  private static int[] logNormal(int count, Random random) {
    int[] lengths = new int[count];
    for (int i = 0; i < count; i++) {
      double drawn = MEDIAN_LENGTH * Math.exp(random.nextGaussian());
      lengths[i] = (int) Math.max(1, Math.min(LONGEST, Math.round(drawn)));
    }
    return lengths;
  }

  /** Draws responses of given lengths; each method returns the seconds it took. */
  private static final class Slots {
    private final Generator generator;
    private final Weights weights;
    private final int vocabulary;
    private long seed;

    Slots(Generator generator, Weights weights, int vocabulary) {
      this.generator = generator;
      this.weights = weights;
      this.vocabulary = vocabulary;
    }

    private void submit(int length) {
      int[] prompt = new Random(seed).ints(PROMPT, 3, vocabulary).toArray();
      generator.submit(
          new GenerationRequest(
              "r", TokenSequence.text(prompt, new int[0]), Sampling.at(1, length), seed++));
    }

    private void all(int[] lengths) {
      for (int length : lengths) {
        submit(length);
      }
      while (generator.running() > 0) {
        generator.advance(weights, 0);
      }
    }

    double refilled(int[] lengths) {
      long begun = System.nanoTime();
      Queue<Integer> waiting = new ArrayDeque<>();
      for (int length : lengths) {
        waiting.add(length);
      }
      while (!waiting.isEmpty() || generator.running() > 0) {
        while (!waiting.isEmpty() && generator.freeSlots() > 0) {
          submit(waiting.remove());
        }
        generator.advance(weights, 0);
      }
      return Medians.seconds(begun);
    }

    /** Batch by batch, every row computed until the batch's longest has ended. */
    double padded(int[] lengths) {
      return batches(lengths, true);
    }

    double batches(int[] lengths, boolean padded) {
      long begun = System.nanoTime();
      List<int[]> batches = new ArrayList<>();
      for (int from = 0; from < lengths.length; from += SLOTS) {
        batches.add(Arrays.copyOfRange(lengths, from, Math.min(lengths.length, from + SLOTS)));
      }
      for (int[] batch : batches) {
        all(padded ? lengths(batch.length, Arrays.stream(batch).max().orElseThrow()) : batch);
      }
      return Medians.seconds(begun);
    }

    private static int[] lengths(int count, int each) {
      return RolloutBench.lengths(count, each);
    }
  }
}
