package io.sapo.policy.generation;

import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.network.RotaryPositions;
import io.sapo.policy.text.StopTexts;
import io.sapo.policy.text.StoppedText;
import java.util.Arrays;
import java.util.Optional;

/** A response being generated: what has come so far and what the next step needs. */
final class RunningResponse {
  private final GenerationRequest request;
  private final int rotaryOffset;
  private final int[] tokens;
  private final float[] logProbs;
  private final float[] entropies;
  private final long[] versions;
  private final Optional<StoppedText> text;
  private int count;
  private FinishReason finishReason;

  RunningResponse(GenerationRequest request, ModelConfig config) {
    int limit = request.sampling().maxNewTokens();
    this.request = request;
    this.rotaryOffset =
        RotaryPositions.of(request.prompt(), config).next() - request.prompt().length();
    this.tokens = new int[limit];
    this.logProbs = new float[limit];
    this.entropies = new float[limit];
    this.versions = new long[limit];
    this.text = request.stops().map(StopTexts::begin);
  }

  GenerationRequest request() {
    return request;
  }

  /** The token not yet fed: the prompt's last or the one drawn last. */
  int nextToken() {
    int[] prompt = request.prompt().promptTokens();
    return count == 0 ? prompt[prompt.length - 1] : tokens[count - 1];
  }

  /** Tokens fed so far. */
  int fed() {
    return request.prompt().length() - 1 + count;
  }

  /** What to add to a token's place to get its rotary position, behind the prompt's pictures. */
  int rotaryOffset() {
    return rotaryOffset;
  }

  int remaining() {
    return tokens.length - count;
  }

  /** The uniform number that decides the token {@code ahead} places after the next one. */
  double uniform(int ahead) {
    return Uniforms.at(request.seed(), count + ahead);
  }

  boolean finished() {
    return finishReason != null;
  }

  /**
   * @param ends whether it is a stop token
   */
  void add(int token, float logProb, float entropy, long version, boolean ends) {
    tokens[count] = token;
    logProbs[count] = logProb;
    entropies[count] = entropy;
    versions[count] = version;
    count++;
    if (ends || text.isPresent() && text.get().endsWith(token)) {
      finishReason = FinishReason.STOP;
    } else if (count == tokens.length) {
      finishReason = FinishReason.LENGTH;
    }
  }

  /** Those drawn so far. */
  int[] tokens() {
    return Arrays.copyOf(tokens, count);
  }

  Generation toGeneration() {
    return new Generation(
        request.id(),
        tokens(),
        Arrays.copyOf(logProbs, count),
        Arrays.copyOf(entropies, count),
        Arrays.copyOf(versions, count),
        finishReason);
  }
}
