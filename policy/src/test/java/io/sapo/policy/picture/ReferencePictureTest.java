package io.sapo.policy.picture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sapo.pictures.PictureDecoder;
import io.sapo.pictures.RgbPicture;
import io.sapo.pictures.UnreadablePictureException;
import java.awt.Rectangle;
import java.awt.image.Raster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Pictures of every kind against what public Python libraries make of them: those in the test
 * resources, or all under {@code -Dsapo.reference.pictures=DIR}, laid out alike.
 *
 * <p>Decided otherwise than by transformers' picture processor, told by the picture's kind, each
 * because the model should see what a person sees:
 *
 * <ul>
 *   <li>Transparency (the oracle has {@code rgb_white}): white behind it, as Qwen's own {@code
 *       qwen-vl-utils} does for RGBA. Transformers shows the colours that are hidden. A transparent
 *       grey level or colour of a PNG that has not 8 bits is not recognised by Pillow at all, which
 *       compares it with samples already scaled: nothing but those pixels may differ.
 *   <li>EXIF orientation ({@code load_image/rgb}): honoured, as transformers' {@code load_image}
 *       does.
 *   <li>16-bit grey (mode {@code I;16}): the high byte. Transformers clips at 255, which makes such
 *       a picture nearly white.
 *   <li>A first frame that does not fill its canvas (GIF, animated WebP without transparency):
 *       white around it, as around what is transparent. Pillow has the palette's first colour
 *       there, or black: only the frame is compared.
 *   <li>Pictures that are thinner than half a factor: by the rule of transformers, not by that of
 *       {@code qwen-vl-utils}, which makes each side a factor wide before it looks at the area.
 *   <li>Rounding of pictures that lose much more height than width: as Pillow 12 and torchvision.
 * </ul>
 *
 * <p>Other formats than PNG, JPEG, GIF and WebP, and JPEG with arithmetic coding, are refused.
 */
class ReferencePictureTest {
  /** One byte level is at least 0.0078. */
  private static final float TOLERANCE = 1e-5f;

  private static final ObjectMapper JSON = new ObjectMapper();

  static Path folder() {
    String given = System.getProperty("sapo.reference.pictures");
    return given == null || given.isBlank()
        ? Path.of("src/test/resources/reference/pictures")
        : given(given);
  }

  /** Maven runs tests in the module's folder, while who gives a relative path is in the root. */
  private static Path given(String path) {
    return Files.exists(Path.of(path)) ? Path.of(path) : Path.of("..").resolve(path);
  }

  static List<ReferencePicture> cases() throws IOException {
    List<ReferencePicture> cases = new ArrayList<>();
    for (JsonNode said : JSON.readTree(folder().resolve("cases.json").toFile())) {
      cases.add(new ReferencePicture(folder().resolve(said.path("file").asText()), said));
    }
    assertThat(cases).as("cases in %s", folder().toAbsolutePath()).isNotEmpty();
    return cases;
  }

  static List<ReferencePicture> readable() throws IOException {
    List<ReferencePicture> readable = new ArrayList<>();
    for (ReferencePicture one : cases()) {
      if (!one.refused() && one.taken()) {
        readable.add(one);
      }
    }
    return readable;
  }

  static List<ReferencePicture> refused() throws IOException {
    List<ReferencePicture> refused = new ArrayList<>();
    for (ReferencePicture one : cases()) {
      if (one.refused() || !one.taken()) {
        refused.add(one);
      }
    }
    return refused;
  }

  @ParameterizedTest(allowZeroInvocations = true)
  @MethodSource("refused")
  void whatPublicCodeRefusesIsRefused(ReferencePicture one) throws IOException {
    byte[] encoded = Files.readAllBytes(one.file());
    assertThatThrownBy(() -> preprocessor().prepare(encoded))
        .isInstanceOf(UnreadablePictureException.class)
        .hasMessageMatching("(?s).{10,}");
  }

  @ParameterizedTest
  @MethodSource("readable")
  void pixelsAreThoseThatAPersonSees(ReferencePicture one) throws IOException {
    RgbPicture picture = PictureDecoder.decode(one.bytes());
    if (one.mode().startsWith("I;16")) {
      Raster stored = ImageIO.read(one.file().toFile()).getRaster();
      assertHighBytes(turned(highBytes(stored), one.orientation()), picture, one.keyed());
      return;
    }
    RgbPicture expected = seen(one, expected(one));
    assertThat(List.of(picture.height(), picture.width()))
        .isEqualTo(List.of(expected.height(), expected.width()));
    if (one.keyed()) {
      assertSameOrWhite(picture.rgb(), expected.rgb());
    } else if (FirstFrame.fillsItsCanvas(one.bytes())) {
      assertThat(picture.rgb()).isEqualTo(expected.rgb());
    } else {
      Rectangle frame = FirstFrame.of(one.bytes());
      assertThat(cut(picture, frame)).isEqualTo(cut(expected, frame));
    }
  }

  /** White behind what is transparent, turned as EXIF says. */
  private static RgbPicture seen(ReferencePicture one, ReferenceTensors expected) {
    boolean white = expected.has("rgb_white");
    String name = white ? "rgb_white" : expected.has("load_image/rgb") ? "load_image/rgb" : "rgb";
    RgbPicture picture =
        new RgbPicture(expected.size(name, 1), expected.size(name, 0), expected.bytes(name));
    return white ? turned(picture, one.orientation()) : picture;
  }

  private static RgbPicture turned(RgbPicture picture, int orientation) {
    if (orientation < 2 || orientation > 8) {
      return picture;
    }
    int w = picture.width();
    int h = picture.height();
    int width = orientation < 5 ? w : h;
    int height = orientation < 5 ? h : w;
    byte[] rgb = new byte[picture.rgb().length];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int from =
            switch (orientation) {
              case 2 -> y * w + w - 1 - x;
              case 3 -> (h - 1 - y) * w + w - 1 - x;
              case 4 -> (h - 1 - y) * w + x;
              case 5 -> x * w + y;
              case 6 -> (h - 1 - x) * w + y;
              case 7 -> (h - 1 - x) * w + w - 1 - y;
              default -> x * w + w - 1 - y;
            };
        System.arraycopy(picture.rgb(), 3 * from, rgb, 3 * (y * width + x), 3);
      }
    }
    return new RgbPicture(width, height, rgb);
  }

  private static byte[] cut(RgbPicture picture, Rectangle frame) {
    byte[] rgb = new byte[3 * frame.width * frame.height];
    for (int y = 0; y < frame.height; y++) {
      int from = 3 * ((frame.y + y) * picture.width() + frame.x);
      System.arraycopy(picture.rgb(), from, rgb, 3 * y * frame.width, 3 * frame.width);
    }
    return rgb;
  }

  private static void assertSameOrWhite(byte[] found, byte[] expected) {
    for (int i = 0; i < found.length; i += 3) {
      boolean same = Arrays.equals(found, i, i + 3, expected, i, i + 3);
      boolean blank = found[i] == -1 && found[i + 1] == -1 && found[i + 2] == -1;
      assertThat(same || blank).as("pixel %d", i / 3).isTrue();
    }
  }

  /** As the file has them, not turned. */
  private static RgbPicture highBytes(Raster stored) {
    byte[] rgb = new byte[3 * stored.getWidth() * stored.getHeight()];
    for (int i = 0; i < rgb.length; i++) {
      int pixel = i / 3;
      int sample = stored.getSample(pixel % stored.getWidth(), pixel / stored.getWidth(), 0);
      rgb[i] = (byte) (sample >> 8);
    }
    return new RgbPicture(stored.getWidth(), stored.getHeight(), rgb);
  }

  private static void assertHighBytes(RgbPicture expected, RgbPicture picture, boolean keyed) {
    assertThat(List.of(picture.height(), picture.width()))
        .isEqualTo(List.of(expected.height(), expected.width()));
    for (int i = 0; i < picture.rgb().length; i++) {
      if (!keyed || picture.rgb()[i] != -1) {
        assertThat(picture.rgb()[i]).as("sample %d", i).isEqualTo(expected.rgb()[i]);
      }
    }
  }

  /** What was prepared from which pixels, and under which name its grid stands. */
  private record Prepared(String pixels, String grid, String values) {
    boolean in(ReferenceTensors expected) {
      return expected.has(pixels) && expected.has(values);
    }
  }

  private static final String QWEN = "qwen_vl_utils/";

  private static final List<Prepared> PREPARED =
      List.of(
          new Prepared("rgb", "image_grid_thw", "pillow12/pixel_values"),
          new Prepared("rgb", "image_grid_thw", "pixel_values"),
          new Prepared("load_image/rgb", "load_image/image_grid_thw", "load_image/pixel_values"),
          new Prepared("rgb_white", QWEN + "image_grid_thw", QWEN + "pixel_values"));

  static Stream<Arguments> prepared() throws IOException {
    List<Arguments> arguments = new ArrayList<>();
    for (ReferencePicture one : readable()) {
      ReferenceTensors expected = expected(one);
      boolean older = PREPARED.get(0).in(expected);
      PREPARED.stream()
          .filter(prepared -> prepared.in(expected))
          .filter(prepared -> !older || !prepared.equals(PREPARED.get(1)))
          .filter(prepared -> !prepared.values().startsWith(QWEN) || !thin(expected, prepared))
          .forEach(prepared -> arguments.add(Arguments.of(one, prepared)));
    }
    return arguments.stream();
  }

  /** Whether a side rounds to nothing: to at least one factor in Qwen's own code alone. */
  private static boolean thin(ReferenceTensors expected, Prepared prepared) {
    PictureConfig config = preprocessor().config();
    int factor = config.patchSize() * config.mergeSize();
    long least = Math.min(expected.size(prepared.pixels(), 0), expected.size(prepared.pixels(), 1));
    return Math.rint((double) least / factor) == 0;
  }

  /** Resizing, normalising and cutting, each from the pixels that the oracle began with. */
  @ParameterizedTest
  @MethodSource("prepared")
  void patchesAndGridEqualTheReference(ReferencePicture one, Prepared names) throws IOException {
    ReferenceTensors expected = expected(one);
    PreparedPicture picture =
        preprocessor()
            .prepare(
                new RgbPicture(
                    expected.size(names.pixels(), 1),
                    expected.size(names.pixels(), 0),
                    expected.bytes(names.pixels())));
    assertThat(new long[] {picture.gridT(), picture.gridH(), picture.gridW()})
        .isEqualTo(expected.longs(names.grid()));
    if (rowsFirst(one, expected, names)) {
      return;
    }
    float[] values = expected.floats(names.values());
    float[] patches = picture.patches();
    assertThat(patches).hasSameSizeAs(values);
    for (int i = 0; i < values.length; i++) {
      assertThat(patches[i]).as("value %d", i).isCloseTo(values[i], within(TOLERANCE));
    }
  }

  /** Pillow 13 alone goes row by row first; what Pillow 12 makes of it is not always given. */
  private static boolean rowsFirst(
      ReferencePicture one, ReferenceTensors expected, Prepared names) {
    PictureConfig config = preprocessor().config();
    long[] grid = expected.longs(names.grid());
    long lostHeight = expected.size(names.pixels(), 0) - grid[1] * config.patchSize();
    long lostWidth = expected.size(names.pixels(), 1) - grid[2] * config.patchSize();
    boolean older = names.values().startsWith("pillow12");
    return !older && lostHeight > 0 && lostHeight > 2 * lostWidth;
  }

  private static PicturePreprocessor preprocessor() {
    return new PicturePreprocessor(
        PictureConfig.read(folder().resolve("preprocessor_config.json")));
  }

  private static ReferenceTensors expected(ReferencePicture one) throws IOException {
    return ReferenceTensors.read(one.file().resolveSibling(one + ".expected.safetensors"));
  }
}
