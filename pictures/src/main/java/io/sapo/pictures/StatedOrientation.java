package io.sapo.pictures;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;
import java.util.function.Supplier;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * How a picture is to be turned, from all that a file may say of it, in the order in which Pillow's
 * {@code ImageOps.exif_transpose} believes it: EXIF data of its own, EXIF data in a text of a PNG,
 * then XMP where these say nothing. What is damaged says nothing. Of the texts of a PNG the last of
 * its keyword counts, and no other is inflated: a file may have hundreds of thousands.
 */
final class StatedOrientation {
  private static final byte[] XMP_TAG = "tiff:Orientation".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] XMP_SEGMENT =
      "http://ns.adobe.com/xap/1.0/\0".getBytes(StandardCharsets.US_ASCII);
  private static final String XMP_TEXT = "XML:com.adobe.xmp";
  private static final String EXIF_TEXT = "Raw profile type exif";
  private static final int MOST_KEYWORD_BYTES = 79;

  /** As Pillow: a text that inflates to more is not read. */
  private static final int MOST_TEXT_BYTES = 1 << 20;

  private final Supplier<Inflater> inflaters;
  private ByteBuffer exif;
  private Text exifText = Text.NONE;
  private Text xmp = Text.NONE;

  /** As it is in the file. */
  private record Text(ByteBuffer bytes, boolean deflated) {
    static final Text NONE = new Text(ByteBuffer.allocate(0), false);
  }

  StatedOrientation() {
    this(Inflater::new);
  }

  /**
   * @param inflaters one for each text that is inflated
   */
  StatedOrientation(Supplier<Inflater> inflaters) {
    this.inflaters = inflaters;
  }

  /** 1 to 8, 1 where nothing is said or what is said is no orientation. */
  int value() {
    OptionalInt said = Exif.orientation(exif == null ? ofDigits(read(exifText)) : exif);
    int value = said.isPresent() ? said.getAsInt() : ofXmp(read(xmp));
    return value >= 1 && value <= 8 ? value : 1;
  }

  /**
   * @param data with the leading {@code Exif\0\0} or without
   */
  void exif(ByteBuffer data) {
    exif = data;
  }

  void xmp(ByteBuffer data) {
    xmp = new Text(data, false);
  }

  /** A segment APP1 of a JPEG: the first with EXIF data counts, and the last with XMP. */
  void jpegSegment(ByteBuffer content) {
    if (Exif.marked(content)) {
      exif = exif == null ? content : exif;
    } else if (startsWith(content, XMP_SEGMENT)) {
      xmp(content.slice(XMP_SEGMENT.length, content.remaining() - XMP_SEGMENT.length));
    }
  }

  /**
   * A chunk with a text of a PNG: {@code keyword\0text}.
   *
   * @param type of the chunk
   */
  void pngText(int type, ByteBuffer chunk) {
    ByteBuffer content = chunk.slice();
    int end = zero(content, 0);
    if (end < 0 || end > MOST_KEYWORD_BYTES) {
      return;
    }
    String keyword = ascii(content.slice(0, end));
    if (!keyword.equals(XMP_TEXT) && !keyword.equals(EXIF_TEXT)) {
      return;
    }
    Text text =
        switch (type) {
          case PngChunks.TEXT -> new Text(from(content, end + 1), false);
          case PngChunks.DEFLATED_TEXT -> new Text(from(content, end + 2), true);
          default -> international(content, end + 1);
        };
    if (text != null && keyword.equals(XMP_TEXT)) {
      xmp = text;
    } else if (text != null) {
      exifText = text;
    }
  }

  private static ByteBuffer from(ByteBuffer content, int at) {
    int begin = Math.min(at, content.limit());
    return content.slice(begin, content.limit() - begin);
  }

  /** Behind the keyword: whether it is deflated, how, a language, and the keyword translated. */
  private static Text international(ByteBuffer content, int at) {
    int language = at + 2 > content.limit() ? -1 : zero(content, at + 2);
    int translated = language < 0 ? -1 : zero(content, language + 1);
    if (translated < 0) {
      return null;
    }
    return new Text(from(content, translated + 1), content.get(at) != 0);
  }

  private ByteBuffer read(Text text) {
    return text.deflated() ? inflated(text.bytes()) : text.bytes();
  }

  private ByteBuffer inflated(ByteBuffer deflated) {
    Inflater inflater = inflaters.get();
    try {
      inflater.setInput(deflated.slice());
      byte[] text = new byte[MOST_TEXT_BYTES + 1];
      int length = 0;
      int more = inflater.inflate(text);
      while (more > 0) {
        length += more;
        more = inflater.inflate(text, length, text.length - length);
      }
      return inflater.finished() && length <= MOST_TEXT_BYTES
          ? ByteBuffer.wrap(text, 0, length).slice()
          : Text.NONE.bytes();
    } catch (DataFormatException e) {
      return Text.NONE.bytes();
    } finally {
      inflater.end();
    }
  }

  /** EXIF data in hexadecimal digits, behind three lines: nothing, a name and the length. */
  private static ByteBuffer ofDigits(ByteBuffer text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int lines = 0;
    int high = -1;
    for (int i = 0; i < text.limit(); i++) {
      int c = text.get(i);
      if (lines < 3) {
        lines += c == '\n' ? 1 : 0;
        continue;
      }
      int digit = Character.digit(c, 16);
      if (digit >= 0 && high >= 0) {
        bytes.write(high << 4 | digit);
        high = -1;
      } else if (digit >= 0) {
        high = digit;
      } else if (!Character.isWhitespace(c)) {
        return Text.NONE.bytes();
      }
    }
    return ByteBuffer.wrap(bytes.toByteArray());
  }

  /** The digit behind the first {@code tiff:Orientation="} or {@code tiff:Orientation>}. */
  private static int ofXmp(ByteBuffer data) {
    ByteBuffer xmp = data.slice();
    for (int at = 0; at + XMP_TAG.length < xmp.limit(); at++) {
      if (xmp.get(at) == XMP_TAG[0] && startsWith(xmp.slice(at, xmp.limit() - at), XMP_TAG)) {
        int next = at + XMP_TAG.length;
        int digit =
            xmp.get(next) == '>'
                ? next + 1
                : xmp.get(next) == '=' && next + 1 < xmp.limit() && xmp.get(next + 1) == '"'
                    ? next + 2
                    : xmp.limit();
        if (digit < xmp.limit() && xmp.get(digit) >= '0' && xmp.get(digit) <= '9') {
          return xmp.get(digit) - '0';
        }
      }
    }
    return 1;
  }

  private static boolean startsWith(ByteBuffer data, byte[] beginning) {
    return data.remaining() >= beginning.length
        && data.slice(data.position(), beginning.length).equals(ByteBuffer.wrap(beginning));
  }

  private static int zero(ByteBuffer content, int from) {
    for (int i = from; i < content.limit(); i++) {
      if (content.get(i) == 0) {
        return i;
      }
    }
    return -1;
  }

  private static String ascii(ByteBuffer bytes) {
    return StandardCharsets.ISO_8859_1.decode(bytes).toString();
  }
}
