package io.sapo.learner.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sapo.learner.TinyRun;
import io.sapo.pictures.PictureFiles;
import io.sapo.pictures.PictureHash;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.network.RotaryPositions;
import io.sapo.policy.picture.PictureSettings;
import io.sapo.schemas.PackedArrays;
import io.sapo.schemas.Picture;
import io.sapo.schemas.RecordCodec;
import io.sapo.schemas.SegmentedTrajectory;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Records with pictures: what is admitted cannot fail in an update. */
@Timeout(60)
class PictureAdmissionTest {
  private static final RecordCodec<SegmentedTrajectory> CODEC =
      RecordCodec.of(SegmentedTrajectory.class);
  private static final int IMAGE = 42;
  private static final int TEXT = 5;

  private static final String CONFIG =
      """
      {"model_type": "qwen2_5_vl", "torch_dtype": "float32", "hidden_act": "silu",
       "vocab_size": 48, "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2,
       "num_attention_heads": 2, "num_key_value_heads": 1, "max_position_embeddings": 1024,
       "rms_norm_eps": 1e-6, "rope_theta": 10000.0, "tie_word_embeddings": true,
       "initializer_range": 0.3, "eos_token_id": 2, "pad_token_id": 2,
       "image_token_id": 42, "video_token_id": 43,
       "vision_start_token_id": 40, "vision_end_token_id": 41,
       "rope_scaling": {"type": "default", "rope_type": "default", "mrope_section": [2, 3, 3]},
       "vision_config": {
         "model_type": "qwen2_5_vl", "depth": 1, "fullatt_block_indexes": [0],
         "hidden_act": "silu", "hidden_size": 16, "in_channels": 3, "intermediate_size": 24,
         "num_heads": 1, "out_hidden_size": 32, "patch_size": 14, "spatial_merge_size": 2,
         "temporal_patch_size": 2, "tokens_per_second": 2, "window_size": 112}}
      """;

  private static final String PREPROCESSOR =
      """
      {"min_pixels": 3136, "max_pixels": 6272, "patch_size": 14, "temporal_patch_size": 2,
       "merge_size": 2, "image_mean": [0.5, 0.5, 0.5], "image_std": [0.25, 0.25, 0.25]}
      """;

  @TempDir Path temp;
  private Path pictures;
  private ModelConfig model;
  private Admission admission;

  @BeforeEach
  void open() throws IOException {
    pictures = Files.createDirectories(temp.resolve("pictures"));
    Path folder = Files.createDirectories(temp.resolve("model"));
    Files.writeString(folder.resolve("config.json"), CONFIG);
    Files.writeString(folder.resolve("preprocessor_config.json"), PREPROCESSOR);
    CheckpointFolder checkpoint = CheckpointFolder.open(folder);
    model = checkpoint.config();
    admission =
        Admission.of(checkpoint, new PictureSettings(new PictureFiles(List.of(pictures)), 0), 100);
  }

  @Test
  void picturesWithTheirRunsAreAdmitted() throws IOException {
    InputRecord record = admit(prompt(4, 6), inline(png(56, 56)), inline(png(84, 56)));
    assertThat(record.refusal()).isNull();
    assertThat(record.example().sequence().pictures()).hasSize(2);
    assertThatCode(() -> RotaryPositions.of(record.example().sequence(), model))
        .doesNotThrowAnyException();
  }

  /** The sum is right; the update would throw, and throw again at every start. */
  @Test
  void eachPictureMustHaveItsOwnRun() throws IOException {
    assertThat(admit(prompt(6, 4), inline(png(56, 56)), inline(png(84, 56))).refusal())
        .startsWith("pictures: ");
    assertThat(admit(prompt(4, 6), inline(png(84, 56)), inline(png(56, 56))).refusal())
        .isEqualTo("pictures: picture 0 takes 6 picture tokens, the prompt has 4 from 1 on");
    assertThat(admit(prompt(4), inline(png(56, 56)), inline(png(56, 56))).refusal())
        .isEqualTo("pictures: 2 pictures, but picture tokens for 1");
    assertThat(admit(prompt(4, 4), inline(png(56, 56))).refusal())
        .isEqualTo("pictures: picture tokens behind those of its 1 pictures");
    assertThat(admit(prompt(1)).refusal()).startsWith("pictures: picture tokens behind");
  }

  /** Whatever the prompt: admission and the network agree on whether pictures and tokens match. */
  @Test
  void admissionAgreesWithTheNetwork() throws IOException {
    Random random = new Random(3);
    byte[][] encoded = {png(56, 56), png(84, 56), png(60, 40)};
    int admitted = 0;
    for (int i = 0; i < 300; i++) {
      List<Picture> of = new ArrayList<>();
      for (int count = random.nextInt(3); count > 0; count--) {
        of.add(inline(encoded[random.nextInt(encoded.length)]));
      }
      int[] prompt = new int[random.nextInt(12) + 1];
      for (int at = 0; at < prompt.length; at++) {
        boolean again = at > 0 && random.nextInt(8) > 0;
        prompt[at] = again ? prompt[at - 1] : random.nextBoolean() ? IMAGE : TEXT;
      }
      InputRecord record = admit(prompt, of.toArray(Picture[]::new));
      if (record.refusal() == null) {
        admitted++;
        RotaryPositions.of(record.example().sequence(), model);
      }
    }
    assertThat(admitted).isBetween(20, 280);
  }

  @Test
  void pathsAreReadBelowTheFoldersOnly() throws Exception {
    byte[] encoded = png(56, 56);
    Files.write(pictures.resolve("a.png"), encoded);
    Files.write(temp.resolve("outside.png"), encoded);
    Files.createSymbolicLink(pictures.resolve("zero"), Path.of("/dev/zero"));
    Path fifo = pictures.resolve("fifo");
    assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();
    String hash = PictureHash.of(encoded);
    int[] prompt = prompt(4);
    InputRecord admitted = admit(prompt, byPath(pictures + "/a.png", hash));
    assertThat(admitted.refusal()).isNull();
    assertThat(admitted.bytes())
        .as("what is held counts, wherever it was read")
        .isGreaterThan(admit(prompt, byPath("/dev/zero", hash)).bytes() + encoded.length - 100);
    for (String path :
        List.of(
            "/dev/zero",
            "/dev/stdin",
            "/proc/self/mem",
            pictures + "/zero",
            pictures + "/fifo",
            pictures + "/none.png",
            pictures.toString(),
            pictures + "/../outside.png",
            "outside.png",
            "file:///dev/zero")) {
      assertThat(admit(prompt, byPath(path, hash)).refusal())
          .as(path)
          .startsWith("picture-unreadable: picture 0: ");
    }
    Files.write(pictures.resolve("a.png"), png(57, 56));
    assertThat(admit(prompt, byPath(pictures + "/a.png", hash)).refusal())
        .startsWith("picture-hash: picture 0: ");
  }

  @Test
  void aRecordHoldsNoMoreThanItsShare() throws IOException {
    byte[] encoded = png(56, 56);
    Path file = pictures.resolve("padded.png");
    try (RandomAccessFile padded = new RandomAccessFile(file.toFile(), "rw")) {
      padded.write(encoded);
      padded.setLength(15 << 20);
    }
    Picture large = byPath(file.toString(), PictureHash.of(Files.readAllBytes(file)));
    int[] runs = IntStream.generate(() -> 4).limit(8).toArray();
    assertThat(admit(prompt(runs), Collections.nCopies(8, large).toArray(Picture[]::new)).refusal())
        .isEqualTo("pictures: more than " + PictureLoader.MAX_RECORD_BYTES + " bytes of pictures");
  }

  @Test
  void pixelsThatEndEarlyAreFoundBeforeTheUpdate() throws IOException {
    byte[] encoded = jpegWithoutEnd();
    assertThat(admit(prompt(4), inline(encoded)).refusal()).startsWith("picture-unreadable");
  }

  @Test
  void onlyPatchesThatTheNetworkTakesAreMade() throws IOException {
    Path folder = temp.resolve("model");
    Files.writeString(
        folder.resolve("preprocessor_config.json"),
        PREPROCESSOR.replace("\"patch_size\": 14", "\"patch_size\": 16"));
    assertThatThrownBy(
            () -> Admission.of(CheckpointFolder.open(folder), PictureSettings.INLINE, 100))
        .hasMessageContaining("preprocessor_config.json")
        .hasMessageContaining("do not fit the vision tower");
  }

  @Test
  void picturesAreSizedDownToTheRunsLimit() throws IOException {
    PictureSettings smaller = new PictureSettings(PictureFiles.none(), 3136);
    admission = Admission.of(CheckpointFolder.open(temp.resolve("model")), smaller, 100);
    assertThat(admit(prompt(2), inline(png(84, 56))).refusal()).isNull();
    assertThat(admit(prompt(6), inline(png(84, 56))).refusal()).startsWith("pictures: ");
    PictureSettings tiny = new PictureSettings(PictureFiles.none(), 100);
    assertThatThrownBy(() -> Admission.of(CheckpointFolder.open(temp.resolve("model")), tiny, 100))
        .hasMessageContaining("at least 3136");
  }

  private InputRecord admit(int[] prompt, Picture... of) {
    SegmentedTrajectory record = TinyRun.trajectory(1, 0, new Random(1));
    record.getTrajectory().setPromptTokens(PackedArrays.pack(prompt));
    record.getTrajectory().setPictures(List.of(of));
    return admission.admit(new Position(0, 17), CODEC.encode(record));
  }

  /** Text with runs of image tokens in between. */
  private static int[] prompt(int... runs) {
    IntStream.Builder tokens = IntStream.builder().add(TEXT);
    for (int run : runs) {
      for (int i = 0; i < run; i++) {
        tokens.add(IMAGE);
      }
      tokens.add(TEXT);
    }
    return tokens.build().toArray();
  }

  private static Picture inline(byte[] encoded) {
    return new Picture(PictureHash.of(encoded), ByteBuffer.wrap(encoded), null);
  }

  private static Picture byPath(String path, String hash) {
    return new Picture(hash, null, path);
  }

  private static byte[] png(int width, int height) throws IOException {
    return encode(new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB), "png");
  }

  private static byte[] jpegWithoutEnd() throws IOException {
    byte[] whole = encode(new BufferedImage(56, 56, BufferedImage.TYPE_INT_RGB), "jpeg");
    byte[] cut = new byte[whole.length - 2];
    System.arraycopy(whole, 0, cut, 0, cut.length);
    return cut;
  }

  private static byte[] encode(BufferedImage image, String format) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    assertThat(ImageIO.write(image, format, bytes)).isTrue();
    return bytes.toByteArray();
  }
}
