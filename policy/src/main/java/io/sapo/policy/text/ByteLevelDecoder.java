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
    return decode(tokens, withControl, true);
  }

  @Override
  public String decodeBeginning(int[] tokens) {
    return decode(tokens, false, false).text();
  }

  /**
   * @param complete whether bytes at the end that begin a character stand for one that is broken
   */
  private DecodedResponse decode(int[] tokens, boolean withControl, boolean complete) {
    int byteCount = 0;
    for (int token : tokens) {
      byteCount += bytes(token, withControl).length;
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
      bytes.put(bytes(tokens[i], withControl)).flip();
      decoder.decode(bytes, text, complete && i == tokens.length - 1);
      bytes.compact();
      ends[i] = text.position();
    }
    return new DecodedResponse(text.flip().toString(), ends);
  }
}
