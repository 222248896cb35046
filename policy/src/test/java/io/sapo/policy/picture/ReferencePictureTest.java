package io.sapo.policy.picture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sapo.pictures.PictureDecoder;
import io.sapo.pictures.RgbPicture;
import io.sapo.pictures.UnreadablePictureException;
import java.awt.image.Raster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
 * <p>Decided otherwise than by transformers' picture processor, each because the model should see
 * what a person sees:
 *
 * <ul>
 *   <li>Transparency ({@code rgba-transparent.png}, {@code palette-transparent.png}, {@code
 *       grey-alpha.png}, {@code alpha.webp}): white behind it, as Qwen's own {@code qwen-vl-utils}
 *       does for RGBA. Transformers shows the colours that are hidden.
 *   <li>EXIF orientation ({@code exif6.jpg}): honoured, as transformers' {@code load_image} does.
 *   <li>16-bit grey ({@code grey16.png}): the high byte. Transformers clips at 255, which makes
 *       such a picture nearly white.
 *   <li>Rounding of much shortened pictures ({@code 72x68.png}): as Pillow 12 and torchvision.
 * </ul>
 */
class ReferencePictureTest {
  /** One byte level is at least 0.0078. */
  private static final float TOLERANCE = 1e-5f;

  private static final ObjectMapper JSON = new ObjectMapper();

  /** One file, and what the oracle says about it. */
  record Case(Path file, JsonNode said) {
    boolean refused() {
      return said.path("transformers").has("error");
    }

    String mode() {
      return said.path("mode").asText();
    }

    @Override
    public String toString() {
      return file.getFileName().toString();
    }
  }

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

  static List<Case> cases() throws IOException {
    List<Case> cases = new ArrayList<>();
    for (JsonNode said : JSON.readTree(folder().resolve("cases.json").toFile())) {
      cases.add(new Case(folder().resolve(said.path("file").asText()), said));
    }
    assertThat(cases).as("cases in %s", folder().toAbsolutePath()).isNotEmpty();
    return cases;
  }

  static List<Case> readable() throws IOException {
    return cases().stream().filter(one -> !one.refused()).toList();
  }

  static List<Case> refused() throws IOException {
    return cases().stream().filter(Case::refused).toList();
  }

  @ParameterizedTest(allowZeroInvocations = true)
  @MethodSource("refused")
  void whatPublicCodeRefusesIsRefused(Case one) throws IOException {
    byte[] encoded = Files.readAllBytes(one.file());
    assertThatThrownBy(() -> preprocessor().prepare(encoded))
        .isInstanceOf(UnreadablePictureException.class)
        .hasMessageMatching("(?s).{10,}");
  }

  @ParameterizedTest
  @MethodSource("readable")
  void pixelsAreThoseThatAPersonSees(Case one) throws IOException {
    RgbPicture picture = PictureDecoder.decode(Files.readAllBytes(one.file()));
    if (one.mode().startsWith("I;16")) {
      assertHighBytes(ImageIO.read(one.file().toFile()).getRaster(), picture);
      return;
    }
    ReferenceTensors expected = expected(one);
    String name =
        Stream.of("load_image/rgb", "rgb_white", "rgb")
            .filter(expected::has)
            .findFirst()
            .orElseThrow();
    assertThat(List.of(picture.height(), picture.width()))
        .as(name)
        .isEqualTo(List.of(expected.size(name, 0), expected.size(name, 1)));
    assertThat(picture.rgb()).as(name).isEqualTo(expected.bytes(name));
  }

  private static void assertHighBytes(Raster stored, RgbPicture picture) {
    for (int i = 0; i < picture.rgb().length; i++) {
      int pixel = i / 3;
      int sample = stored.getSample(pixel % picture.width(), pixel / picture.width(), 0);
      assertThat(picture.rgb()[i]).isEqualTo((byte) (sample >> 8));
    }
  }

  /** What was prepared from which pixels, and under which name its grid stands. */
  private record Prepared(String pixels, String grid, String values) {
    boolean in(ReferenceTensors expected) {
      return expected.has(pixels) && expected.has(values);
    }
  }

  private static final List<Prepared> PREPARED =
      List.of(
          new Prepared("rgb", "image_grid_thw", "pillow12/pixel_values"),
          new Prepared("rgb", "image_grid_thw", "pixel_values"),
          new Prepared("load_image/rgb", "load_image/image_grid_thw", "load_image/pixel_values"),
          new Prepared("rgb_white", "qwen_vl_utils/image_grid_thw", "qwen_vl_utils/pixel_values"));

  static Stream<Arguments> prepared() throws IOException {
    List<Arguments> arguments = new ArrayList<>();
    for (Case one : readable()) {
      ReferenceTensors expected = expected(one);
      boolean older = PREPARED.get(0).in(expected);
      PREPARED.stream()
          .filter(prepared -> prepared.in(expected))
          .filter(prepared -> !older || !prepared.equals(PREPARED.get(1)))
          .forEach(prepared -> arguments.add(Arguments.of(one, prepared)));
    }
    return arguments.stream();
  }

  /** Resizing, normalising and cutting, each from the pixels that the oracle began with. */
  @ParameterizedTest
  @MethodSource("prepared")
  void patchesAndGridEqualTheReference(Case one, Prepared names) throws IOException {
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
    float[] values = expected.floats(names.values());
    float[] patches = picture.patches();
    assertThat(patches).hasSameSizeAs(values);
    for (int i = 0; i < values.length; i++) {
      assertThat(patches[i]).as("value %d", i).isCloseTo(values[i], within(TOLERANCE));
    }
  }

  private static PicturePreprocessor preprocessor() {
    return new PicturePreprocessor(
        PictureConfig.read(folder().resolve("preprocessor_config.json")));
  }

  private static ReferenceTensors expected(Case one) throws IOException {
    return ReferenceTensors.read(one.file().resolveSibling(one + ".expected.safetensors"));
  }
}
