package io.sapo.producer.server;

import com.fasterxml.jackson.databind.JsonNode;
import io.sapo.policy.generation.Sampling;
import io.sapo.policy.network.TokenSequence;
import io.sapo.producer.server.FakeServer.Quirk;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** One response of a {@link FakeServer} in the making. */
final class FakeResponse {
  /** Of what is wanted: whether log-probabilities are told from before top-p and top-k. */
  static final String UNCUT = "uncut";

  private final FakeServer server;
  private final FakeWeights weights;
  private final String model;
  private final TokenSequence prompt;
  private final JsonNode wanted;
  private final SplittableRandom random;
  private final Sampling sampling;
  private final List<Integer> tokens = new ArrayList<>();
  private final List<double[]> distributions = new ArrayList<>();
  private final List<String> versions = new ArrayList<>();
  private Optional<JsonNode> stoppedBy = Optional.empty();

  FakeResponse(
      FakeServer server,
      FakeWeights weights,
      String model,
      TokenSequence prompt,
      JsonNode wanted,
      int index) {
    this.server = server;
    this.weights = weights;
    this.model = model;
    this.prompt = prompt;
    this.wanted = wanted;
    random = new SplittableRandom(wanted.path("seed").asLong() + 31L * index + server.seedShift);
    sampling =
        new Sampling(
            wanted.path("temperature").asDouble(),
            wanted.path("top_p").asDouble(),
            wanted.path("top_k").asInt(),
            wanted.path("max_tokens").asInt());
  }

  FakeAnswer generate() throws IOException {
    return generate(sofar -> {});
  }

  /** Gets a response, each time it has one more token. */
  interface Watcher {
    void generated(FakeAnswer sofar) throws IOException;
  }

  FakeAnswer generate(Watcher watcher) throws IOException {
    while (tokens.size() < sampling.maxNewTokens() && stoppedBy.isEmpty()) {
      server.pace().awaitResume();
      weights.lock().readLock().lock();
      try {
        step();
      } finally {
        weights.lock().readLock().unlock();
      }
      if (sampling.maxNewTokens() > 1) {
        server.pace().countToken();
      }
      watcher.generated(sofar());
    }
    return sofar();
  }

  private FakeAnswer sofar() {
    return new FakeAnswer(
        tokens, distributions, versions, stoppedBy, wanted.path("logprobs").asInt());
  }

  /** Whether the response that a watcher is told of is whole. */
  boolean over() {
    return tokens.size() == sampling.maxNewTokens() || stoppedBy.isPresent();
  }

  private void step() {
    if (server.closed()) {
      throw new IllegalStateException("closed");
    }
    boolean without = server.is(Quirk.IGNORES_ADAPTERS);
    int[] all =
        IntStream.concat(Arrays.stream(prompt.promptTokens()), tokens.stream().mapToInt(t -> t))
            .toArray();
    float[] logits =
        weights.logits(without ? "" : model, new TokenSequence(all, prompt.pictures(), new int[0]));
    int vocabulary = weights.vocabularySize();
    float[] last = Arrays.copyOfRange(logits, logits.length - vocabulary, logits.length);
    wanted.path("logit_bias").fieldNames().forEachRemaining(t -> last[Integer.parseInt(t)] -= 100);
    if (server.endless && sampling.maxNewTokens() > 1) {
      wanted.path("stop_token_ids").forEach(stop -> last[stop.asInt()] -= 100);
    }
    Sampling used =
        new Sampling(
            server.is(Quirk.OTHER_TEMPERATURE) ? 1.3 : sampling.temperature(),
            server.is(Quirk.OTHER_TOP_P) ? 0.6 : sampling.topP(),
            sampling.topK(),
            1);
    double[] sampledFrom = new Fingerprint(last).logProbs(used);
    int token = pick(sampledFrom);
    tokens.add(token);
    Sampling uncut = new Sampling(used.temperature(), 1, 0, 1);
    double[] told =
        wanted.path(UNCUT).asBoolean() ? new Fingerprint(last).logProbs(uncut) : sampledFrom;
    distributions.add(
        server.is(Quirk.RAW_LOG_PROBS)
            ? new Fingerprint(last).logProbs(new Sampling(1, 1, 0, 1))
            : told);
    versions.add(server.version());
    for (JsonNode stop : wanted.path("stop_token_ids")) {
      if (stop.asInt() == token) {
        stoppedBy = Optional.of(stop);
        return;
      }
    }
    for (JsonNode stop : wanted.path("stop")) {
      if (finds(stop.asText())) {
        stoppedBy = Optional.of(stop);
      }
    }
  }

  private boolean finds(String stop) {
    if (server.is(Quirk.IGNORES_STOP_TEXTS)) {
      return false;
    }
    int[] all = tokens.stream().mapToInt(token -> token).toArray();
    return server.is(Quirk.FINDS_OTHER_STOP_TEXTS)
        || server.tokenizer().decodeResponse(all).text().contains(stop);
  }

  private int pick(double[] logProbs) {
    double left = random.nextDouble();
    for (int token = 0; token < logProbs.length; token++) {
      left -= Math.exp(logProbs[token]);
      if (left < 0) {
        return token;
      }
    }
    return 0;
  }
}
