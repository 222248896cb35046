package io.sapo.policy.text;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** Tokens that spell bytes with {@link ByteAlphabet}; characters may span tokens. */
final class ByteLevelDecoder implements TokenDecoder {
  private static final byte[] NOTHING = {};
  private final Vocabulary vocabulary;
  private final byte[][] bytesOf;

  ByteLevelDecoder(Vocabulary vocabulary) {
    this.vocabulary = vocabulary;
    this.bytesOf = new byte[vocabulary.size()][];
    for (int id = 0; id < bytesOf.length; id++) {
      String name = vocabulary.name(id);
      byte[] spelled = name == null ? NOTHING : ByteAlphabet.bytes(name);
      bytesOf[id] = spelled == null ? name.getBytes(StandardCharsets.UTF_8) : spelled;
    }
  }

  private byte[] bytes(int token, boolean withControl) {
    boolean hidden = !withControl && vocabulary.control().contains(token);
    return hidden || vocabulary.name(token) == null ? NOTHING : bytesOf[token];
  }

  @Override
  public DecodedResponse decode(int[] tokens, boolean withControl) {
    Text text = new Text(withControl);
    int[] ends = new int[tokens.length];
    for (int i = 0; i < tokens.length; i++) {
      text.add(tokens[i], i == tokens.length - 1);
      ends[i] = text.text.length();
    }
    return new DecodedResponse(text.text.toString(), ends);
  }

  @Override
  public GrowingText growing() {
    return new Text(false);
  }

  /** Tokens put behind each other; of a character, bytes wait until its last one has come. */
  private final class Text implements GrowingText {
    private static final int LONGEST_CHARACTER = 4;

    private final boolean withControl;
    private final CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);
    private final StringBuilder text = new StringBuilder();
    private ByteBuffer waiting = ByteBuffer.allocate(64);
    private CharBuffer decoded = CharBuffer.allocate(64);

    Text(boolean withControl) {
      this.withControl = withControl;
    }

    @Override
    public void add(int[] tokens, int from) {
      for (int i = from; i < tokens.length; i++) {
        add(tokens[i], false);
      }
    }

    @Override
    public CharSequence text() {
      return text;
    }

    /**
     * @param last whether bytes at the end that begin a character stand for one that is broken
     */
    void add(int token, boolean last) {
      byte[] spelled = bytes(token, withControl);
      if (waiting.remaining() < spelled.length) {
        int size = 2 * spelled.length + LONGEST_CHARACTER;
        waiting = ByteBuffer.allocate(size).put(waiting.flip());
        decoded = CharBuffer.allocate(size);
      }
      decoder.decode(waiting.put(spelled).flip(), decoded, last);
      waiting.compact();
      text.append(decoded.array(), 0, decoded.position());
      decoded.clear();
    }
  }
}
