package io.sapo.torture;

import static io.sapo.torture.HostileTrajectories.TRAINED;

import io.sapo.pictures.PictureHash;
import io.sapo.schemas.PackedArrays;
import io.sapo.schemas.Picture;
import io.sapo.schemas.Trajectory;
import io.sapo.torture.HostileTrajectories.Hostile;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import javax.imageio.ImageIO;

/**
 * The same for pictures, and for the tokens that stand for them. For a model whose patches have 14
 * pixels a side, of which it merges two by two.
 */
final class HostilePictures {
  private static final int MERGED = 28;
  private static final int TEXT = 3;

  private final int imageToken;
  private final int videoToken;
  private final List<Hostile> all = new ArrayList<>();

  private HostilePictures(int imageToken, int videoToken) {
    this.imageToken = imageToken;
    this.videoToken = videoToken;
  }

  /**
   * @param imageToken stands for a merged patch of a picture
   * @param videoToken of a film, which no trajectory has
   */
  static List<Hostile> all(int imageToken, int videoToken) {
    HostilePictures made = new HostilePictures(imageToken, videoToken);
    made.runs();
    made.files();
    made.paths();
    made.tokens();
    return List.copyOf(made.all);
  }

  private void add(String name, String fate, Consumer<Trajectory> change) {
    all.add(new Hostile("picture: " + name, fate, change));
  }

  private void runs() {
    Picture four = inline(png(2, 2));
    Picture six = inline(png(3, 2));
    add("two with their runs", TRAINED, shown(prompt(4, 6), four, six));
    add("runs exchanged", "skipped pictures", shown(prompt(6, 4), four, six));
    add("pictures exchanged", "skipped pictures", shown(prompt(4, 6), six, four));
    add("a run of two in one", TRAINED, shown(prompt(10), four, six));
    add("a run too short", "skipped pictures", shown(prompt(3), four));
    add("a run too long", "skipped pictures", shown(prompt(5), four));
    add("no run", "skipped pictures", shown(prompt(), four));
    add("a run without picture", "skipped pictures", shown(prompt(4)));
    add("two, one run", "skipped pictures", shown(prompt(4), four, four));
    add(
        "as many as there may be",
        "skipped too-long",
        shown(
            prompt(IntStream.generate(() -> 1).limit(64).toArray()),
            Collections.nCopies(64, inline(png(1, 1))).toArray(Picture[]::new)));
  }

  private void files() {
    add("long and thin", "skipped picture-unreadable", shown(prompt(1), inline(wide())));
    add("large and 16 bits deep", TRAINED, shown(prompt(16), inline(deep(4_000))));
    add("of another size than sides say", "refused unreadable-picture", shown(4, huge()));
    add("a JPEG without its end", "refused unreadable-picture", shown(4, jpegWithoutEnd()));
    add("a JPEG that ends early", TRAINED, shown(16, jpegThatEndsEarly()));
    add("a PNG that ends early", "skipped picture-unreadable", shown(4, bigPng(56, 56, 1)));
    add("a PNG that does not end", TRAINED, shown(4, bigPng(56, 56, 20_000)));
    add("text", "refused unreadable-picture", shown(4, bytes("<svg onload='alert(1)'/>")));
    add("nothing", "refused unreadable-picture", shown(4, new byte[0]));
    add(
        "another than announced",
        "refused picture-hash",
        shown(prompt(4), new Picture(PictureHash.of(png(3, 2)), ByteBuffer.wrap(png(2, 2)), null)));
  }

  private void paths() {
    for (String path :
        List.of(
            "/dev/zero",
            "/dev/stdin",
            "/proc/self/mem",
            "/proc/kcore",
            "/",
            "/etc/passwd",
            "/a/../../../../../dev/zero",
            "file:///dev/zero",
            "file:///%00",
            "file://elsewhere/share/picture.png")) {
      add(
          "at " + path,
          "skipped picture-unreadable",
          shown(prompt(4), new Picture(PictureHash.of(png(2, 2)), null, path)));
    }
  }

  /** That the network gives a meaning to. */
  private void tokens() {
    for (int token : new int[] {imageToken, videoToken}) {
      add("token %d in the response".formatted(token), TRAINED, t -> fill(t, token));
      add(
          "token %d last in the response".formatted(token),
          TRAINED,
          t -> {
            int[] tokens = PackedArrays.ints(t.getResponseTokens());
            tokens[tokens.length - 1] = token;
            t.setResponseTokens(PackedArrays.pack(tokens));
          });
    }
    add(
        "a film's tokens",
        TRAINED,
        t -> t.setPromptTokens(PackedArrays.pack(new int[] {TEXT, videoToken, videoToken, TEXT})));
  }

  private static void fill(Trajectory t, int token) {
    int[] tokens = PackedArrays.ints(t.getResponseTokens());
    Arrays.fill(tokens, token);
    t.setResponseTokens(PackedArrays.pack(tokens));
  }

  private Consumer<Trajectory> shown(int run, byte[] encoded) {
    return shown(prompt(run), inline(encoded));
  }

  private static Consumer<Trajectory> shown(int[] prompt, Picture... pictures) {
    return t -> {
      t.setPromptTokens(PackedArrays.pack(prompt));
      t.setPictures(List.of(pictures));
    };
  }

  /** Text with runs of image tokens in between. */
  private int[] prompt(int... runs) {
    IntStream.Builder tokens = IntStream.builder().add(TEXT);
    for (int run : runs) {
      for (int i = 0; i < run; i++) {
        tokens.add(imageToken);
      }
      tokens.add(TEXT);
    }
    return tokens.build().toArray();
  }

  private static Picture inline(byte[] encoded) {
    return new Picture(PictureHash.of(encoded), ByteBuffer.wrap(encoded), null);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** So many merged patches. */
  private static byte[] png(int columns, int rows) {
    return encoded(columns * MERGED, rows * MERGED, "png");
  }

  private static byte[] wide() {
    return encoded(16_000, 1, "png");
  }

  private static byte[] jpegWithoutEnd() {
    byte[] whole = encoded(2 * MERGED, 2 * MERGED, "jpeg");
    return Arrays.copyOf(whole, whole.length - 2);
  }

  /** Its last two bytes say that it ends, which it does in the middle of its only scan. */
  private static byte[] jpegThatEndsEarly() {
    byte[] whole = encoded(20 * MERGED, 20 * MERGED, "jpeg");
    byte[] cut = Arrays.copyOf(whole, whole.length - 600);
    cut[cut.length - 2] = whole[whole.length - 2];
    cut[cut.length - 1] = whole[whole.length - 1];
    return cut;
  }

  private static byte[] encoded(int width, int height, String format) {
    try (ByteArrayOutputStream bytes = new ByteArrayOutputStream()) {
      ImageIO.write(new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB), format, bytes);
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Small on the wire, some hundred megabytes of samples. */
  private static byte[] deep(int side) {
    return bigPng(side, side, side);
  }

  /** Says of itself that it is a hundred thousand pixels wide. */
  private static byte[] huge() {
    return bigPng(100_000, 100_000, 1);
  }

  private static byte[] bigPng(int width, int height, int rows) {
    ByteArrayOutputStream samples = new ByteArrayOutputStream();
    Deflater deflater = new Deflater(Deflater.BEST_SPEED);
    try (DeflaterOutputStream deflated = new DeflaterOutputStream(samples, deflater, 1 << 16)) {
      byte[] row = new byte[1 + 6 * width];
      for (int y = 0; y < rows; y++) {
        deflated.write(row);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      deflater.end();
    }
    ByteBuffer header = ByteBuffer.allocate(13).putInt(width).putInt(height);
    header.put(new byte[] {16, 2, 0, 0, 0});
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(file)) {
      out.writeLong(0x89504e470d0a1a0aL);
      chunk(out, "IHDR", header.array());
      chunk(out, "IDAT", samples.toByteArray());
      chunk(out, "IEND", new byte[0]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return file.toByteArray();
  }

  private static void chunk(DataOutputStream out, String type, byte[] data) throws IOException {
    byte[] name = type.getBytes(StandardCharsets.US_ASCII);
    CRC32 sum = new CRC32();
    sum.update(name);
    sum.update(data);
    out.writeInt(data.length);
    out.write(name);
    out.write(data);
    out.writeInt((int) sum.getValue());
  }
}
