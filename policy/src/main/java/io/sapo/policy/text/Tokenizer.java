package io.sapo.policy.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import io.sapo.policy.checkpoint.InvalidCheckpointException;
import io.sapo.policy.picture.PreparedPicture;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * A byte-level BPE tokenizer from a local {@code tokenizer.json}; never asks the network. Owns
 * native memory until closed; safe for use from several threads until then.
 */
public final class Tokenizer implements AutoCloseable {
  private final HuggingFaceTokenizer encoder;
  private final Vocabulary vocabulary;

  private Tokenizer(HuggingFaceTokenizer encoder, Vocabulary vocabulary) {
    this.encoder = encoder;
    this.vocabulary = vocabulary;
  }

  /**
   * @throws InvalidCheckpointException naming the file, when it is missing, corrupt or no
   *     byte-level tokenizer
   */
  public static Tokenizer open(Path tokenizerJson) {
    Vocabulary vocabulary = Vocabulary.read(tokenizerJson);
    try {
      HuggingFaceTokenizer encoder =
          HuggingFaceTokenizer.builder()
              .optTokenizerPath(tokenizerJson.toAbsolutePath())
              .optAddSpecialTokens(false)
              .optTruncation(false)
              .optPadding(false)
              .build();
      return new Tokenizer(encoder, vocabulary);
    } catch (IOException | RuntimeException e) {
      throw new InvalidCheckpointException(tokenizerJson + ": " + e.getMessage(), e);
    }
  }

  /** One more than the greatest token id. */
  public int vocabularySize() {
    return vocabulary.size();
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
   */
  public int[] encode(String text) {
    String wellFormed = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    if (wellFormed.isEmpty()) {
      return new int[0];
    }
    long[] ids = encoder.encode(wellFormed, false, false).getIds();
    return Arrays.stream(ids).mapToInt(Math::toIntExact).toArray();
  }

  /** Tokens to text, with the place where each token ends. */
  public DecodedResponse decodeResponse(int[] tokens) {
    int byteCount = 0;
    for (int token : tokens) {
      byteCount += vocabulary.bytes(token).length;
    }
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);
    ByteBuffer bytes = ByteBuffer.allocate(byteCount + 4);
    CharBuffer text = CharBuffer.allocate(byteCount + 4);
    int[] ends = new int[tokens.length];
    for (int i = 0; i < tokens.length; i++) {
      bytes.put(vocabulary.bytes(tokens[i])).flip();
      decoder.decode(bytes, text, i == tokens.length - 1);
      bytes.compact();
      ends[i] = text.position();
    }
    return new DecodedResponse(text.flip().toString(), ends);
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
