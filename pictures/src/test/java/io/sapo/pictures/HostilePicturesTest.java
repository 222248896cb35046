package io.sapo.pictures;

import static io.sapo.pictures.EncodedPictures.bytes;
import static io.sapo.pictures.EncodedPictures.encode;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Files that would take more time or memory than their pixels are worth; what is damaged is in
 * {@link UnreadablePicturesTest}.
 */
class HostilePicturesTest {
  @Test
  void ofAnAnimationTheFirstFrameIsTaken() throws IOException {
    byte[] gif = encode(new BufferedImage(20, 10, BufferedImage.TYPE_BYTE_INDEXED), "gif");
    byte[] bomb = Arrays.copyOf(gif, gif.length + 100_000);
    Arrays.fill(bomb, gif.length - 1, bomb.length, (byte) 0x2C);
    assertThat(PictureDecoder.decode(bomb).rgb()).hasSize(600).containsOnly((byte) 0);
  }

  /** Put together block by block, a megabyte of comment takes a minute. */
  @Test
  void aGifsCommentsAreNotLookedAt() throws IOException {
    BufferedImage image = new BufferedImage(3, 1, BufferedImage.TYPE_4BYTE_ABGR);
    image.setRGB(1, 0, 0xFF804020);
    byte[] gif = encode(image, "gif");
    byte[] rgb = PictureDecoder.decode(gif).rgb();
    assertThat(rgb).startsWith(bytes(255, 255, 255));
    int tables = 13 + (3 << (gif[10] & 7) + 1);
    ByteBuffer commented = ByteBuffer.allocate(gif.length + 3 + 1_000_000).put(gif, 0, tables);
    commented.putShort((short) 0x21FE);
    for (int i = 0; i < 500_000; i++) {
      commented.putShort((short) 0x0161);
    }
    commented.put((byte) 0).put(gif, tables, gif.length - tables);
    assertThat(decodedInTime(commented.array()).rgb()).isEqualTo(rgb);
  }

  @Test
  void aPngsPixelsMayBeInManyPieces() throws IOException {
    BufferedImage image = new BufferedImage(300, 200, BufferedImage.TYPE_BYTE_INDEXED);
    for (int i = 0; i < 60_000; i++) {
      image.setRGB(i % 300, i / 300, 0xFF000000 | i * 77_777);
    }
    byte[] png = encode(image, "png");
    PngChunks chunks = new PngChunks(ByteBuffer.wrap(png));
    ByteBuffer pieces = ByteBuffer.allocate(20 * png.length + 12 * 100_000);
    pieces.put(png, 0, PngChunks.SIGNATURE_BYTES);
    byte[] nothing = Pngs.chunk("IDAT", new byte[0]);
    while (chunks.next()) {
      if (chunks.type() != PngChunks.IDAT) {
        pieces.put(chunks.chunk());
        continue;
      }
      for (int i = 0; i < 100_000; i++) {
        pieces.put(nothing);
      }
      for (int i = 0; i < chunks.length(); i++) {
        pieces.put(Pngs.chunk("IDAT", new byte[] {png[chunks.content() + i]}));
      }
    }
    byte[] many = Arrays.copyOf(pieces.array(), pieces.position());
    assertThat(decodedInTime(many).rgb()).isEqualTo(PictureDecoder.decode(png).rgb());
    byte[] essential = PngFile.parse(ByteBuffer.wrap(many)).essential(ByteBuffer.wrap(many));
    assertThat(essential).hasSizeLessThan(png.length + 12);
  }

  private static RgbPicture decodedInTime(byte[] encoded) {
    return assertTimeoutPreemptively(Duration.ofSeconds(20), () -> PictureDecoder.decode(encoded));
  }

  /** Text chunks that inflate to gigabytes and profiles that are none do not concern the pixels. */
  @Test
  void whatThePixelsDoNotNeedIsNotLookedAt() {
    byte[] palette = new byte[3 * 4];
    Arrays.fill(palette, (byte) 7);
    byte[] zeros = Pngs.deflatedZeros(1L << 28);
    byte[] bomb = new byte[3 + zeros.length];
    bomb[0] = 'k';
    System.arraycopy(zeros, 0, bomb, 3, zeros.length);
    byte[] png =
        Pngs.of(
            Pngs.header(4, 1, 8, PngFile.PALETTE),
            Pngs.chunk("zTXt", bomb),
            Pngs.chunk("iCCP", bytes(1, 2, 3)),
            Pngs.chunk("gAMA", bytes(1)),
            Pngs.chunk("PLTE", palette),
            Pngs.chunk("tIME", new byte[0]),
            Pngs.chunk("IDAT", Pngs.deflatedZeros(5)),
            Pngs.chunk("IEND", new byte[0]));
    assertThat(PictureDecoder.decode(png).rgb()).containsOnly((byte) 7);
  }

  @Test
  void hugePicturesAreThinnedOut() {
    byte[] png = Pngs.black(8_000, 8_000, 16, PngFile.RGB, 6 * 8_000);
    RgbPicture picture = PictureDecoder.decode(png);
    assertThat(picture.width()).isEqualTo(2_667);
    assertThat(picture.height()).isEqualTo(2_667);
  }

  /** The heap of this process must not decide: one of 300 MB decodes them, two at a time. */
  @Test
  void aSmallHeapIsEnoughForTheLargest() throws Exception {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx300m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                LargestPictures.class.getName())
            .redirectErrorStream(true)
            .start();
    String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(child.exitValue()).as(said).isZero();
  }
}
