package io.sapo.producer.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sapo.policy.generation.Sampling;
import io.sapo.producer.prompt.PictureChat;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The protocol of one kind of inference server. Thread-safe. */
interface Dialect {
  Duration HEALTH_WITHIN = Duration.ofSeconds(10);

  /**
   * What a server said of itself.
   *
   * @param model what it calls the model it was started with
   * @param maxTokens longest prompt and response together; 0 where it does not say
   * @param inPlace whether it takes new weights between two tokens of a response and says which
   *     weights sampled which token; otherwise a response is by the weights that it was asked of
   * @param path of the requests that generate
   */
  record Identity(String model, int maxTokens, boolean inPlace, String path) {}

  /**
   * What is asked for.
   *
   * @param count responses
   * @param candidates likeliest tokens wanted at every place
   * @param stops texts at which the server is to end a response
   * @param chat of a prompt with pictures, which goes to servers as it is
   * @param streamed whether the answer is to come while it is generated
   */
  record CompletionRequest(
      int[] prompt,
      Sampling sampling,
      long seed,
      int count,
      int candidates,
      List<String> stops,
      Optional<PictureChat> chat,
      boolean streamed) {
    private static final int FIXED_BYTES = 1 << 16;

    /** Of one token, and of one candidate, in the most talkative answer. */
    private static final int TOKEN_BYTES = 400;

    private static final int CANDIDATE_BYTES = 160;

    /** Of one token of the prompt, where the answer repeats it. */
    private static final int PROMPT_TOKEN_BYTES = 12;

    /** Bound of an answer to it. */
    int mostBytes() {
      long tokens = (long) count * sampling.maxNewTokens();
      long repeated = chat.isPresent() ? 2L * PROMPT_TOKEN_BYTES * prompt.length : 0;
      long bytes =
          FIXED_BYTES + repeated + tokens * (TOKEN_BYTES + (long) CANDIDATE_BYTES * candidates);
      return (int) Math.min(bytes, Integer.MAX_VALUE - 16);
    }
  }

  /**
   * Whether the server is there and what it can do.
   *
   * @throws ServerException when it is not there
   * @throws UnfitServerException when it lacks what is needed
   */
  Identity identify(ServerClient server, boolean adapters);

  /** Why prompts with pictures cannot be sent to servers of this kind; empty where they can. */
  Optional<String> picturesObstacle(boolean adapters);

  /**
   * Whether log-probabilities that are after the temperature are after top-p and top-k as well; an
   * answer of which nothing was cut does not tell.
   */
  boolean reportsCuts();

  /** Of the request that generates. */
  default String path(Identity identity, CompletionRequest wanted) {
    return identity.path();
  }

  /** The body of a request. */
  JsonNode request(Identity identity, Publication weights, CompletionRequest wanted);

  /**
   * The responses in an answer.
   *
   * @param weights that were asked
   * @throws RefusedAnswerException when they cannot be read
   */
  List<Answer> answers(Identity identity, Publication weights, JsonNode reply);

  /**
   * A streamed answer with one more event; after the last it reads as the answer in one piece.
   *
   * @param before may be changed; empty at first
   * @throws RefusedAnswerException when the two do not go together
   */
  ObjectNode joined(ObjectNode before, ObjectNode event);

  /** The list of tokens of such an answer so far; missing before there is one. */
  JsonNode tokens(JsonNode joined);

  /** Bound of all events of a streamed answer together. */
  long mostStreamedBytes(CompletionRequest wanted);

  /**
   * Makes the server sample from these weights from here on, running responses included where it is
   * {@link Identity#inPlace}.
   */
  void load(ServerClient server, Identity identity, Publication weights);

  /** Makes the server forget weights that no request needs any more. */
  void unload(ServerClient server, Identity identity, Publication weights);

  /**
   * The tokens that the server makes of a text; empty where it has no tokenizer.
   *
   * @throws ServerException when it is not there
   */
  Optional<int[]> tokenize(ServerClient server, Identity identity, String text);

  /** Whether the server is well. */
  default boolean healthy(ServerClient server) {
    return server.call("/health", null, Control.MOST_BYTES, HEALTH_WITHIN).ok();
  }
}
