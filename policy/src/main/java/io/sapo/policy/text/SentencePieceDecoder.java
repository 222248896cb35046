package io.sapo.policy.text;

import com.fasterxml.jackson.databind.JsonNode;
import io.sapo.policy.checkpoint.JsonSection;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Tokens that spell text with a mark for the space, and bytes where the vocabulary lacks a
 * character ({@code <0xE2>}). A run of bytes that is no UTF-8 becomes one U+FFFD a byte.
 */
final class SentencePieceDecoder implements TokenDecoder {
  private static final Pattern BYTE = Pattern.compile("<0x[0-9A-Fa-f]{2}>");
  private static final String REPLACEMENT = "\ufffd";

  private final Vocabulary vocabulary;
  private final String space;
  private final boolean byteFallback;
  private final boolean firstTokenBare;
  private final int strippedSpaces;

  /**
   * @param space the mark that stands for a space
   * @param firstTokenBare whether the first token's marks stand for nothing (Metaspace)
   * @param strippedSpaces most spaces taken from the beginning of the text
   */
  private SentencePieceDecoder(
      Vocabulary vocabulary,
      String space,
      boolean byteFallback,
      boolean firstTokenBare,
      int strippedSpaces) {
    this.vocabulary = vocabulary;
    this.space = space;
    this.byteFallback = byteFallback;
    this.firstTokenBare = firstTokenBare;
    this.strippedSpaces = strippedSpaces;
  }

  static TokenDecoder of(List<JsonNode> steps, JsonSection json, Vocabulary vocabulary) {
    String space = null;
    boolean bytes = false;
    boolean bare = false;
    boolean fused = false;
    int stripped = 0;
    for (JsonNode step : steps) {
      switch (step.path("type").asText()) {
        case "Replace" -> {
          if (space != null || !step.path("content").asText().equals(" ")) {
            throw unsupported(json, steps);
          }
          space = step.path("pattern").path("String").textValue();
        }
        case "Metaspace" -> {
          if (fused) {
            throw unsupported(json, steps);
          }
          space = step.path("replacement").textValue();
          bare = !step.path("prepend_scheme").asText("always").equals("never");
        }
        case "ByteFallback" -> bytes = true;
        case "Fuse" -> fused = true;
        case "Strip" -> {
          boolean spaces = step.path("content").asText().equals(" ");
          if (!fused || !spaces || step.path("stop").asInt() != 0) {
            throw unsupported(json, steps);
          }
          stripped = step.path("start").asInt();
        }
        default -> throw unsupported(json, steps);
      }
    }
    if (space == null || space.isEmpty()) {
      throw unsupported(json, steps);
    }
    return new SentencePieceDecoder(vocabulary, space, bytes, bare, stripped);
  }

  private static RuntimeException unsupported(JsonSection json, List<JsonNode> steps) {
    return json.error(
        "decoder",
        "is %s; supported are ByteLevel and SentencePiece's (Replace or Metaspace, ByteFallback, Fuse, Strip; in this order)"
            .formatted(steps.stream().map(step -> step.path("type").asText()).toList()));
  }

  @Override
  public GrowingText growing() {
    return new Growing();
  }

  @Override
  public DecodedResponse decode(int[] tokens, boolean withControl) {
    StringBuilder text = new StringBuilder();
    int[] ends = new int[tokens.length];
    ByteRun run = new ByteRun(text, ends);
    boolean first = true;
    for (int i = 0; i < tokens.length; i++) {
      String name = vocabulary.name(tokens[i]);
      boolean hidden = name == null || !withControl && vocabulary.control().contains(tokens[i]);
      if (!hidden && byteFallback && BYTE.matcher(name).matches()) {
        run.add(i, Integer.parseInt(name.substring(3, 5), 16));
      } else if (hidden) {
        run.addNothing(i);
      } else {
        run.finish();
        text.append(name.replace(space, first && firstTokenBare ? "" : " "));
        ends[i] = text.length();
      }
      first = first && hidden;
    }
    run.finish();
    if (ends.length > 0) {
      ends[ends.length - 1] = text.length();
    }
    return stripped(text.toString(), ends);
  }

  private DecodedResponse stripped(String text, int[] ends) {
    int spaces = 0;
    while (spaces < strippedSpaces && spaces < text.length() && text.charAt(spaces) == ' ') {
      spaces++;
    }
    for (int i = 0; i < ends.length; i++) {
      ends[i] = Math.max(0, ends[i] - spaces);
    }
    return new DecodedResponse(text.substring(spaces), ends);
  }

  /** What bytes stand for is not known before their run is over. */
  private final class Growing implements GrowingText {
    private final StringBuilder text = new StringBuilder();
    private final ByteArrayOutputStream run = new ByteArrayOutputStream();
    private final ByteText ending = new ByteText();
    private boolean first = true;
    private int toStrip = strippedSpaces;

    Growing() {
      ending.begin(toStrip);
    }

    @Override
    public void add(int[] tokens, int from) {
      for (int i = from; i < tokens.length; i++) {
        String name = vocabulary.name(tokens[i]);
        if (name == null || vocabulary.control().contains(tokens[i])) {
          continue;
        }
        if (byteFallback && BYTE.matcher(name).matches()) {
          int value = Integer.parseInt(name.substring(3, 5), 16);
          run.write(value);
          ending.add(value);
        } else {
          append(spelled(run.toByteArray()));
          run.reset();
          append(name.replace(space, first && firstTokenBare ? "" : " "));
          ending.begin(toStrip);
        }
        first = false;
      }
    }

    private void append(String more) {
      int from = 0;
      while (from < more.length() && toStrip > 0) {
        if (more.charAt(from) == ' ') {
          from++;
          toStrip--;
        } else {
          toStrip = 0;
        }
      }
      text.append(more, from, more.length());
    }

    @Override
    public CharSequence text() {
      return text;
    }

    @Override
    public CharSequence ending() {
      return ending.text();
    }
  }

  /**
   * Of a run of bytes; as the public library does, none of a broken one's characters is trusted.
   */
  private static String spelled(byte[] run) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(run)).toString();
    } catch (CharacterCodingException e) {
      return REPLACEMENT.repeat(run.length);
    }
  }

  /** Bytes that follow each other, hidden tokens in between not counted. */
  private static final class ByteRun {
    private final StringBuilder text;
    private final int[] ends;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private int begin;
    private int end;

    ByteRun(StringBuilder text, int[] ends) {
      this.text = text;
      this.ends = ends;
    }

    void add(int token, int value) {
      if (bytes.size() == 0) {
        begin = token;
      }
      bytes.write(value);
      // How many of the run's bytes are read, until finish() knows what they stand for.
      ends[token] = bytes.size();
      end = token + 1;
    }

    void addNothing(int token) {
      if (bytes.size() == 0) {
        ends[token] = text.length();
      } else {
        ends[token] = bytes.size();
        end = token + 1;
      }
    }

    void finish() {
      if (bytes.size() == 0) {
        return;
      }
      byte[] read = bytes.toByteArray();
      int before = text.length();
      int[] charsAfter = decode(read);
      for (int i = begin; i < end; i++) {
        ends[i] = before + charsAfter[ends[i]];
      }
      bytes.reset();
    }

    /** Appends the run's text; returns for each number of bytes the chars complete with them. */
    private int[] decode(byte[] read) {
      int[] charsAfter = new int[read.length + 1];
      try {
        String decoded =
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(read)).toString();
        int at = 0;
        for (int i = 0; i < decoded.length(); ) {
          int next = i + Character.charCount(decoded.codePointAt(i));
          int size = decoded.substring(i, next).getBytes(StandardCharsets.UTF_8).length;
          for (int k = 1; k <= size; k++) {
            charsAfter[at + k] = k < size ? i : next;
          }
          at += size;
          i = next;
        }
        text.append(decoded);
      } catch (CharacterCodingException e) {
        // As the public library does: none of a broken run's characters is trusted.
        Utf8Prefix prefix = new Utf8Prefix();
        for (int i = 1; i <= read.length; i++) {
          charsAfter[i] = i - prefix.pendingAfter(read[i - 1] & 0xff);
        }
        text.append(REPLACEMENT.repeat(read.length));
      }
      return charsAfter;
    }
  }
}
