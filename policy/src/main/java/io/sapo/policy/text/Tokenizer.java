package io.sapo.policy.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import io.sapo.policy.checkpoint.InvalidCheckpointException;
import io.sapo.policy.checkpoint.JsonSection;
import io.sapo.policy.picture.PreparedPicture;
import io.sapo.reading.NowReading;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A tokenizer from a local {@code tokenizer.json}: byte-level BPE, or SentencePiece's with bytes
 * for what its vocabulary lacks. Never asks the network. Owns native memory until closed; safe for
 * use from several threads until then.
 */
public final class Tokenizer implements AutoCloseable {
  /**
   * Of a text: the native library ends the process after ten million steps of a regular expression
   * at one place, such as along a run of spaces.
   */
  public static final int MOST_CHARACTERS = 1 << 21;

  private final HuggingFaceTokenizer encoder;
  private final Vocabulary vocabulary;
  private final TokenDecoder decoder;

  private Tokenizer(HuggingFaceTokenizer encoder, Vocabulary vocabulary, TokenDecoder decoder) {
    this.encoder = encoder;
    this.vocabulary = vocabulary;
    this.decoder = decoder;
  }

  /**
   * @throws InvalidCheckpointException naming the file, when it is missing, corrupt or of a kind
   *     that is not supported
   */
  public static Tokenizer open(Path tokenizerJson) {
    return NowReading.during(tokenizerJson.toString(), () -> read(tokenizerJson));
  }

  private static Tokenizer read(Path tokenizerJson) {
    JsonSection json = JsonSection.read(tokenizerJson);
    TokenizerCheck.check(json);
    Vocabulary vocabulary = Vocabulary.read(json);
    TokenDecoder decoder = TokenDecoder.of(json, vocabulary);
    try {
      HuggingFaceTokenizer encoder =
          HuggingFaceTokenizer.builder()
              .optTokenizerPath(tokenizerJson.toAbsolutePath())
              .optAddSpecialTokens(false)
              .optTruncation(false)
              .optPadding(false)
              .build();
      Tokenizer tokenizer = new Tokenizer(encoder, vocabulary, decoder);
      try {
        tokenizer.refuseOtherIds(json);
        return tokenizer;
      } catch (RuntimeException e) {
        tokenizer.close();
        throw e;
      }
    } catch (InvalidCheckpointException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw new InvalidCheckpointException(tokenizerJson + ": " + e.getMessage(), e);
    }
  }

  /**
   * The library numbers added tokens on from the vocabulary's size, whatever ids they are given:
   * with a gap before them, or a hole in the vocabulary, its tokens would be others than the
   * file's.
   */
  private void refuseOtherIds(JsonSection json) {
    for (JsonNode token : json.node().path("added_tokens")) {
      String name = token.path("content").asText();
      int id = token.path("id").intValue();
      if (!name.isEmpty() && Arrays.stream(encode(name)).noneMatch(found -> found == id)) {
        throw json.error(
            "added_tokens",
            "gives '%s' the id %d, but it is read as %s: ids must go on from the vocabulary without a gap"
                .formatted(name, id, Arrays.toString(encode(name))));
      }
    }
  }

  /** One more than the greatest token id. */
  public int vocabularySize() {
    return vocabulary.size();
  }

  /** Characters of the longest token's name: none stands for more of a text. */
  public int longestToken() {
    return vocabulary.longest();
  }

  /**
   * The id of a token by its exact name, such as {@code <|im_end|>}.
   *
   * @throws IllegalArgumentException when there is none
   */
  public int id(String token) {
    Integer id = vocabulary.id(token);
    if (id == null) {
      throw new IllegalArgumentException("the tokenizer has no token '" + token + "'");
    }
    return id;
  }

  /**
   * Text to tokens. Names of special tokens inside the text become those tokens; nothing is added
   * around it.
   *
   * @throws TextTooLongException when it has more than {@link #MOST_CHARACTERS}
   */
  public int[] encode(String text) {
    return text.isEmpty() ? new int[0] : encode(text, false);
  }

  private int[] encode(String text, boolean whole) {
    if (text.length() > MOST_CHARACTERS) {
      throw new TextTooLongException(text.length());
    }
    String wellFormed = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    long[] ids = encoder.encode(wellFormed, whole, false).getIds();
    return Arrays.stream(ids).mapToInt(Math::toIntExact).toArray();
  }

  /**
   * A whole prompt of plain text: with what the tokenizer puts around a text, such as the token
   * that begins it.
   *
   * @throws TextTooLongException as {@link #encode}
   */
  public int[] encodeWhole(String text) {
    return encode(text, true);
  }

  /**
   * A response's text, with the place where each token ends: control tokens left out, added tokens
   * that belong to a text ({@code <think>}) kept. Decoded by itself, not behind its prompt: where
   * the tokenizer writes a word's space before it, the first word's is left out.
   */
  public DecodedResponse decodeResponse(int[] tokens) {
    return decoder.decode(tokens, false);
  }

  /**
   * The text of a response that is still being drawn: at any time the longest beginning of {@link
   * #decodeResponse}'s text that is certain whatever tokens follow, whole characters only.
   */
  public GrowingText growingText() {
    return decoder.growing();
  }

  /** The text of tokens, control tokens spelled out. */
  public String decodeAll(int[] tokens) {
    return decoder.decode(tokens, true).text();
  }

  /** Added tokens that are no part of a text, ascending. */
  public Set<Integer> controlTokens() {
    return Collections.unmodifiableSet(vocabulary.control());
  }

  /** What is looked for in a text before anything else, in the order of tokenizer.json. */
  public List<AddedToken> addedTokens() {
    return vocabulary.added();
  }

  /**
   * Whether texts are normalised: where they are not, {@link AddedToken#normalised} says nothing.
   */
  public boolean normalises() {
    return vocabulary.normalises();
  }

  /** Ids below {@link #vocabularySize} without a token. */
  public int[] unusedIds() {
    return vocabulary.holes();
  }

  /** Whether an id has a token. */
  public boolean has(int token) {
    return vocabulary.name(token) != null;
  }

  /** A token by its exact name. */
  public Optional<Integer> find(String token) {
    return Optional.ofNullable(vocabulary.id(token));
  }

  /**
   * A token's name as tokenizer.json has it.
   *
   * @throws IllegalArgumentException when there is no such token
   */
  public String name(int token) {
    String name = vocabulary.name(token);
    if (name == null) {
      throw new IllegalArgumentException("the tokenizer has no token " + token);
    }
    return name;
  }

  /**
   * Puts in place of each image token as many of it as its picture has merged patches.
   *
   * @throws IllegalArgumentException when the image tokens are not as many as the pictures
   */
  public static int[] expandImageTokens(
      int[] tokens, int imageToken, List<PreparedPicture> pictures, int mergeSize) {
    int[] expanded =
        new int
            [tokens.length
                - pictures.size()
                + pictures.stream().mapToInt(picture -> picture.mergedTokens(mergeSize)).sum()];
    long places = Arrays.stream(tokens).filter(token -> token == imageToken).count();
    if (places != pictures.size()) {
      throw new IllegalArgumentException(
          "the prompt has %d image tokens for %d pictures".formatted(places, pictures.size()));
    }
    int next = 0;
    int picture = 0;
    for (int token : tokens) {
      int count = token == imageToken ? pictures.get(picture++).mergedTokens(mergeSize) : 1;
      Arrays.fill(expanded, next, next + count, token);
      next += count;
    }
    return expanded;
  }

  @Override
  public void close() {
    encoder.close();
  }
}
