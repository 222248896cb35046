package io.sapo.policy.generation;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.layout.Head;
import io.sapo.policy.network.Batch;
import io.sapo.policy.network.TokenSequence;
import io.sapo.policy.network.Weights;
import io.sapo.policy.script.NativeArrays;
import io.sapo.policy.script.ScriptModule;
import io.sapo.policy.tensor.ElementType;
import java.util.ArrayList;
import java.util.List;

/**
 * Draws many responses at once over a KV cache. Slots are filled again as responses end; weights
 * may change from one {@link #advance} to the next, while the keys and values of the tokens fed
 * before stay as the older weights made them.
 *
 * <p>To be used by one thread at a time. Owns the cache in native memory until closed.
 */
public final class Generator implements AutoCloseable {
  private final ModelConfig config;
  private final GeneratorOptions options;
  private final ScriptModule script;
  private final NDManager manager;
  private final KvCache cache;
  private final PackedMatrices packed;
  private final FusedWeights fused;
  private final boolean fuses;
  private final NDArray forbidden;
  private final SlotTable table;

  private Generator(
      ModelConfig config,
      GeneratorOptions options,
      ScriptModule script,
      Device device,
      boolean fuses) {
    this.config = config;
    this.options = options;
    this.script = script;
    this.manager = script.newManager();
    this.table = new SlotTable(options.slots());
    boolean half = config.computeType() == ElementType.BF16 && (fuses || device.isGpu());
    this.cache = new KvCache(config, script, options.slots(), options.cacheLength(), half);
    this.packed = new PackedMatrices(script, options.slots());
    this.fused = new FusedWeights(script);
    this.fuses = fuses;
    try (NDArray logits = NativeArrays.floats(manager, forbiddenLogits())) {
      this.forbidden = logits.toDevice(device, true);
    }
  }

  /** Compiles the decode loop. */
  public static Generator load(ModelConfig config, GeneratorOptions options, Device device) {
    return load(config, options, device, device.isGpu());
  }

  /**
   * @param fuses whether to decode with as few launches as possible, as is best on a GPU
   */
  static Generator load(
      ModelConfig config, GeneratorOptions options, Device device, boolean fuses) {
    ScriptModule script = ScriptModule.load("generator", "Generator", config, device);
    try {
      return new Generator(config, options, script, device, fuses);
    } catch (RuntimeException e) {
      script.close();
      throw e;
    }
  }

  private float[] forbiddenLogits() {
    float[] logits = new float[options.forbiddenTokens().isEmpty() ? 0 : config.vocabSize()];
    options.forbiddenTokens().forEach(token -> logits[token] = Float.NEGATIVE_INFINITY);
    return logits;
  }

  /** Requests that can be submitted before {@link #advance} has to finish some. */
  public int freeSlots() {
    return table.free();
  }

  /** Requests submitted and not yet handed back. */
  public int running() {
    return table.running();
  }

  /**
   * Takes a request into a free slot.
   *
   * @throws IllegalArgumentException naming the request, when its prompt is malformed or too long
   * @throws IllegalStateException when no slot is free
   */
  public void submit(GenerationRequest request) {
    TokenSequence prompt = request.prompt();
    try {
      check(prompt, request.sampling());
      table.submit(new RunningResponse(request, config));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("request " + request.id() + ": " + e.getMessage(), e);
    }
  }

  private void check(TokenSequence prompt, Sampling sampling) {
    if (prompt.responseTokens().length > 0) {
      throw new IllegalArgumentException("the prompt has response tokens");
    }
    if (prompt.length() + sampling.maxNewTokens() > options.capacity()) {
      throw new IllegalArgumentException(
          "%d prompt tokens and up to %d new ones exceed the capacity of %d"
              .formatted(prompt.length(), sampling.maxNewTokens(), options.capacity()));
    }
    for (int token : prompt.promptTokens()) {
      if (token < 0 || token >= config.vocabSize()) {
        throw new IllegalArgumentException(
            "prompt token %d is outside the vocabulary of %d".formatted(token, config.vocabSize()));
      }
    }
    int last = prompt.token(prompt.length() - 1);
    if (config.imageTokens().isPresent() && last == config.imageTokens().get().image()) {
      throw new IllegalArgumentException("the prompt must not end in a picture");
    }
  }

  /**
   * Feeds the prompts submitted since the last call, then draws up to {@code stepsPerCall} tokens
   * for every running response.
   *
   * @param weights not to change while they are of one version
   * @param version recorded with every token drawn in this call
   * @return the responses that ended, in the order of their slots
   * @throws IllegalStateException when the weights give a probability that is not a number; all
   *     running responses are then discarded and the generator is empty
   */
  public List<Generation> advance(Weights weights, long version) {
    if (weights.head() != Head.LANGUAGE_MODEL) {
      throw new IllegalArgumentException("generation needs weights with a language-model head");
    }
    SlotTable.Changes changes = table.settle();
    if (table.used() == 0) {
      return List.of();
    }
    cache.ensure(placesNeeded());
    try (NDManager call = manager.newSubManager()) {
      move(call, changes.moves());
      for (Prompts prompts : Prompts.batches(changes.filled(), table)) {
        prefill(call, prompts, weights.arguments());
      }
      decode(call, weights, version);
    }
    return release();
  }

  /** The tokens that a running request has so far; none where it has no slot yet. */
  public int[] generatedSoFar(String id) {
    for (int slot = 0; slot < table.used(); slot++) {
      RunningResponse response = table.get(slot);
      if (response != null && response.request().id().equals(id)) {
        return response.tokens();
      }
    }
    return new int[0];
  }

  /** What the next call may fill of the longest slot. */
  private int placesNeeded() {
    int longest = 0;
    for (int slot = 0; slot < table.used(); slot++) {
      longest = Math.max(longest, table.get(slot).fed());
    }
    return Math.min(longest + options.stepsPerCall() + 1, options.cacheLength());
  }

  /**
   * Gives back the memory of the cache, and of what was made from the weights, until the next
   * request is advanced.
   *
   * @throws IllegalStateException while responses are running
   */
  public void releaseMemory() {
    if (running() > 0) {
      throw new IllegalStateException(running() + " responses are running");
    }
    cache.release();
    packed.release();
    fused.release();
  }

  private void move(NDManager call, List<SlotTable.Move> moves) {
    if (moves.isEmpty()) {
      return;
    }
    NDList arguments =
        new NDList(
            NativeArrays.longs(call, moves.stream().mapToLong(SlotTable.Move::from).toArray()),
            NativeArrays.longs(call, moves.stream().mapToLong(SlotTable.Move::to).toArray()),
            NativeArrays.scalar(
                call, moves.stream().mapToLong(m -> table.get(m.to()).fed()).max().orElse(0)));
    arguments.addAll(cache.tensors());
    script.call(call, "move", arguments);
  }

  private void prefill(NDManager call, Prompts prompts, NDList weights) {
    try (NDManager own = call.newSubManager()) {
      NDList arguments =
          new NDList(
              NativeArrays.longs(own, prompts.slots()), NativeArrays.longs(own, prompts.source()));
      arguments.addAll(Batch.assemble(own, config, prompts.sequences()).arguments());
      arguments.addAll(cache.tensors());
      arguments.addAll(weights);
      script.call(own, "prefill", arguments);
    }
  }

  private void decode(NDManager call, Weights weights, long version) {
    int rows = table.used();
    int longest = 0;
    for (int slot = 0; slot < rows; slot++) {
      longest = Math.max(longest, table.get(slot).remaining());
    }
    int steps = Math.min(options.stepsPerCall(), longest);
    StepInputs inputs = new StepInputs(call, table);
    NDList arguments = new NDList(inputs.state(), inputs.uniforms(steps));
    arguments.add(inputs.sampling(config.vocabSize()));
    arguments.add(forbidden);
    arguments.addAll(cache.tensors());
    if (fuses) {
      arguments.addAll(fused.of(weights, version));
    } else {
      arguments.add(0, inputs.groups());
      arguments.addAll(packed.of(weights, version));
      arguments.addAll(weights.arguments());
    }
    NDList drawn = script.call(call, fuses ? "decode_fused" : "decode", arguments);
    record(drawn.singletonOrThrow().toDoubleArray(), version);
  }

  /**
   * @param drawn tokens, log-probabilities and entropies, [3 · step · row]
   */
  private void record(double[] drawn, long version) {
    int rows = table.used();
    int each = drawn.length / 3;
    for (int i = 0; i < each; i++) {
      RunningResponse response = table.get(i % rows);
      if (!response.finished()) {
        float logProb = (float) drawn[each + i];
        float entropy = (float) drawn[2 * each + i];
        if (!Float.isFinite(logProb) || !Float.isFinite(entropy)) {
          discardAll();
          throw new IllegalStateException(
              "weight version %d gave request %s a token with log-probability %s and entropy %s"
                  .formatted(version, response.request().id(), logProb, entropy));
        }
        int token = (int) drawn[i];
        boolean ends = config.eosTokenIds().contains(token) || options.stopTokens().contains(token);
        response.add(token, logProb, entropy, version, ends);
      }
    }
  }

  /** Drops every request. The cache is cleared, since what is not a number would spread. */
  private void discardAll() {
    table.clear();
    try (NDManager call = manager.newSubManager()) {
      script.call(call, "clear", new NDList(cache.tensors()));
    }
  }

  private List<Generation> release() {
    List<Generation> finished = new ArrayList<>();
    for (int slot = 0; slot < table.used(); slot++) {
      if (table.get(slot).finished()) {
        finished.add(table.get(slot).toGeneration());
        table.release(slot);
      }
    }
    return finished;
  }

  /** Arrays alive in native memory on this generator's account. */
  int managedArrays() {
    return manager.getManagedArrays().size();
  }

  @Override
  public void close() {
    cache.close();
    packed.close();
    fused.close();
    manager.close();
    script.close();
  }
}
