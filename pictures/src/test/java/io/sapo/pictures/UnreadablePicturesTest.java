package io.sapo.pictures;

import static io.sapo.pictures.EncodedPictures.encode;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Damaged, huge and foreign bytes are refused with a reason, and do nothing else. */
class UnreadablePicturesTest {
  @Test
  void unreadableBytesGiveAReason() throws IOException {
    byte[] png = encode(new BufferedImage(40, 40, BufferedImage.TYPE_INT_RGB), "png");
    byte[] jpeg = encode(new BufferedImage(40, 40, BufferedImage.TYPE_INT_RGB), "jpeg");
    byte[] gif = encode(new BufferedImage(40, 40, BufferedImage.TYPE_BYTE_INDEXED), "gif");
    byte[] bmp = encode(new BufferedImage(40, 40, BufferedImage.TYPE_INT_RGB), "bmp");
    assertUnreadable(new byte[0], "neither PNG");
    assertUnreadable("hello, hello".getBytes(StandardCharsets.UTF_8), "neither PNG");
    assertUnreadable(bmp, "neither PNG");
    for (byte[] whole : new byte[][] {png, jpeg, gif}) {
      assertUnreadable(Arrays.copyOf(whole, whole.length / 2), "ends early");
    }
    assertUnreadable(new byte[PictureLimits.MAX_ENCODED_BYTES + 1], "at most");
    assertUnreadable(Pngs.black(20_000, 10, 8, PngFile.GREY, 20_000), "20000 x 10 pixels");
    assertUnreadable(Pngs.black(10_000, 10_000, 1, PngFile.GREY, 1_250), "10000 x 10000 pixels");
    assertUnreadable(Pngs.black(0, 10, 8, PngFile.GREY, 0), "0 x 10 pixels");
    assertUnreadable(Pngs.black(10, 10, 8, 5, 10), "colour type");
    assertUnreadable(Pngs.black(10, 10, 7, PngFile.GREY, 10), "damaged PNG");
    assertUnreadable(hugeGif(), "pixels; allowed");
    assertUnreadable(
        Pngs.of(Pngs.header(1, 1, 8, 0), Pngs.chunk("IEND", new byte[0])), "without pixels");
  }

  /** Pixels that end before the last row pass the structure and are found by decoding. */
  @Test
  void tooFewPixelsAreFound() {
    byte[] png =
        Pngs.of(
            Pngs.header(100, 100, 8, PngFile.GREY),
            Pngs.chunk("IDAT", Pngs.deflatedZeros(500)),
            Pngs.chunk("IEND", new byte[0]));
    assertThat(PictureStructure.check(ByteBuffer.wrap(png)).width()).isEqualTo(100);
    assertUnreadable(png, "damaged PNG");
  }

  /** A scan of thirteen bytes is gone through as one of megabytes: 16 MB would take hours. */
  @Test
  void scansWithoutEndAreRefused() {
    assertUnreadable(Jpegs.progressive(8_000, 50), "50 scans over 8000 x 8000 pixels; at most 25");
    assertThat(PictureDecoder.decode(Jpegs.progressive(64, 50)).width()).isEqualTo(64);
  }

  /** Colours in scans of their own are kept until the last, outside the heap. */
  @Test
  void whatIsKeptBetweenScansIsBounded() {
    assertUnreadable(Jpegs.colourAfterColour(8_000), "takes 366 MiB to decode");
    assertThat(PictureDecoder.decode(Jpegs.colourAfterColour(64)).rgb()).containsOnly((byte) 128);
    ByteBuffer progressive = ByteBuffer.wrap(Jpegs.progressive(8_000, 2));
    assertThat(PictureStructure.check(progressive).decodedBytes()).isGreaterThan(2 * 8_000 * 8_000);
  }

  /** Gone into one by one they would take the whole stack. */
  @Test
  void framesWithinFramesAreNotGoneInto() {
    int levels = 50_000;
    ByteBuffer out = ByteBuffer.allocate(12 + 24 * levels).order(ByteOrder.LITTLE_ENDIAN);
    out.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt(out.capacity() - 8);
    out.put("WEBP".getBytes(StandardCharsets.US_ASCII));
    while (out.hasRemaining()) {
      out.put("ANMF".getBytes(StandardCharsets.US_ASCII)).putInt(out.remaining() - 4);
      out.put(new byte[16]);
    }
    assertUnreadable(out.array(), "without pixels");
  }

  /** A file of 2 MB whose codes alone would take a third of a heap. */
  @Test
  void losslessCodesOfManySymbolsAreNotKept() {
    assertUnreadable(codesOfManySymbols(1_024), "too many symbols");
    assertUnreadable(codesOfManySymbols(1_000), "more groups of prefix codes");
  }

  /** Each square asks for the last of 65,536 groups; a group has three codes of 256 symbols. */
  private static byte[] codesOfManySymbols(int side) {
    LowBits bits = new LowBits();
    bits.put(0x2F, 8).put(side - 1, 14).put(side - 1, 14).put(0, 4);
    bits.put(0, 2).put(1, 1).put(0, 3); // no transform, no cache; squares of 4 x 4
    bits.put(0, 1); // their picture: no cache, and each of its colours is one symbol
    for (int i = 0; i < 4; i++) {
      bits.put(1, 1).put(0, 1).put(1, 1).put(255, 8);
    }
    bits.put(1, 1).put(0, 1).put(0, 2);
    for (int group = 0; group < 65_536; group++) {
      bits.put(1, 1).put(0, 3);
      for (int i = 0; i < 3; i++) {
        // Every length is 8: the code of lengths has one symbol and takes no bits.
        bits.put(0, 1).put(15, 4);
        for (int place = 0; place < 19; place++) {
          bits.put(place == 11 ? 1 : 0, 3);
        }
        bits.put(0, 1);
      }
      bits.put(1, 1).put(0, 3);
    }
    byte[] frame = bits.bytes();
    ByteBuffer out = ByteBuffer.allocate(20 + frame.length).order(ByteOrder.LITTLE_ENDIAN);
    out.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt(12 + frame.length);
    out.put("WEBPVP8L".getBytes(StandardCharsets.US_ASCII)).putInt(frame.length).put(frame);
    return out.array();
  }

  /** Bits into bytes, the lowest first. */
  private static final class LowBits {
    private final java.util.BitSet set = new java.util.BitSet();
    private int size;

    LowBits put(int value, int bits) {
      for (int i = 0; i < bits; i++) {
        set.set(size++, (value >> i & 1) == 1);
      }
      return this;
    }

    byte[] bytes() {
      byte[] bytes = Arrays.copyOf(set.toByteArray(), (size + 7) / 8);
      return Arrays.copyOf(bytes, bytes.length + bytes.length % 2);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "jpeg", "gif", "lossy webp", "lossless webp"})
  void damageIsAReasonAndNothingElse(String format) throws IOException {
    byte[] whole = encode(new BufferedImage(40, 40, BufferedImage.TYPE_BYTE_INDEXED), "png");
    if (format.endsWith("webp")) {
      whole =
          format.startsWith("lossy") ? EncodedPictures.lossyWebp() : EncodedPictures.losslessWebp();
    } else if (!format.equals("png")) {
      whole =
          encode(
              new BufferedImage(
                  40,
                  40,
                  format.equals("gif")
                      ? BufferedImage.TYPE_BYTE_INDEXED
                      : BufferedImage.TYPE_INT_RGB),
              format);
    }
    Random random = new Random(7);
    for (int i = 0; i < 400; i++) {
      byte[] damaged = whole.clone();
      for (int flips = random.nextInt(3); flips >= 0; flips--) {
        damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
      }
      try {
        PictureDecoder.decode(damaged);
      } catch (UnreadablePictureException e) {
        assertThat(e).hasMessageMatching("(?s).+");
      }
    }
  }

  private static byte[] hugeGif() throws IOException {
    byte[] gif = encode(new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_INDEXED), "gif");
    Arrays.fill(gif, 6, 10, (byte) 0xFF);
    return gif;
  }

  private static void assertUnreadable(byte[] encoded, String reason) {
    assertThatThrownBy(() -> PictureDecoder.decode(encoded))
        .isInstanceOf(UnreadablePictureException.class)
        .hasMessageContaining(reason);
  }
}
