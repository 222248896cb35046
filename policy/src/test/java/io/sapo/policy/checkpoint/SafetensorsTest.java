package io.sapo.policy.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sapo.policy.tensor.ElementType;
import io.sapo.policy.tensor.HalfFloats;
import io.sapo.policy.tensor.TensorData;
import io.sapo.policy.tensor.TensorSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SafetensorsTest {
  @TempDir Path folder;

  @Test
  void float32ValuesComeBackBitForBit() {
    Random random = new Random(1);
    NamedTensor large = tensor("b.large", random, 3, 100_000);
    NamedTensor scalar = NamedTensor.of("a.scalar", new long[0], new float[] {-0.0f});
    NamedTensor empty = NamedTensor.of("c.empty", new long[] {0, 7}, new float[0]);
    Path file = folder.resolve("model.safetensors");

    SafetensorsWriter.write(file, List.of(large, scalar, empty), Map.of("format", "pt"));

    try (SafetensorsReader reader = SafetensorsReader.open(file)) {
      assertThat(reader.names()).containsExactly("a.scalar", "b.large", "c.empty");
      assertThat(reader.spec("b.large").shape()).containsExactly(3, 100_000);
      assertThat(reader.floats("b.large")).isEqualTo(large.values());
      assertThat(Float.floatToRawIntBits(reader.floats("a.scalar")[0])).isEqualTo(0x80000000);
      assertThat(reader.floats("c.empty")).isEmpty();
      assertThat(reader.metadata()).containsExactly(Map.entry("format", "pt"));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16"})
  void halfPrecisionRoundsOnceAndThenIsStable(ElementType type) {
    NamedTensor original = tensor("w", new Random(2), 40, 50);
    Path first = folder.resolve("first.safetensors");
    Path second = folder.resolve("second.safetensors");
    SafetensorsWriter.write(first, List.of(original), type, Map.of());
    try (SafetensorsReader reader = SafetensorsReader.open(first)) {
      float[] rounded = reader.floats("w");
      double step = type == ElementType.F16 ? 0x1p-11 : 0x1p-8;
      for (int i = 0; i < rounded.length; i++) {
        assertThat(Math.abs(rounded[i] - original.values()[i]))
            .isLessThanOrEqualTo((float) (step * Math.abs(original.values()[i]) + 0x1p-25));
      }
      SafetensorsWriter.write(
          second, List.of(new NamedTensor(original.spec(), rounded)), type, Map.of());
    }
    assertThat(first).hasSameBinaryContentAs(second);
  }

  @Test
  void everyFloat16BitPatternSurvives() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      float value = HalfFloats.fromFloat16((short) bits);
      if (!Float.isNaN(value)) {
        assertThat(HalfFloats.toFloat16(value)).isEqualTo((short) bits);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "65519.0, 7bff",
    "65520.0, 7c00",
    "2.9802322e-8, 0000",
    "2.9802326e-8, 0001",
    "1.00048828125, 3c00",
    "1.00146484375, 3c02"
  })
  void float16RoundsToNearestEven(float value, String hex) {
    assertThat(HalfFloats.toFloat16(value)).isEqualTo((short) Integer.parseInt(hex, 16));
  }

  @Test
  void shardsReadAsOne() throws IOException {
    Random random = new Random(3);
    NamedTensor a = tensor("a", random, 4);
    NamedTensor b = tensor("b", random, 5);
    SafetensorsWriter.write(folder.resolve("m-1-of-2.safetensors"), List.of(a), Map.of());
    SafetensorsWriter.write(folder.resolve("m-2-of-2.safetensors"), List.of(b), Map.of());
    Path index = folder.resolve(SafetensorsReader.INDEX_FILE);
    Files.writeString(
        index,
        """
        {"weight_map": {"a": "m-1-of-2.safetensors", "b": "m-2-of-2.safetensors"}}\
        """);
    try (SafetensorsReader reader = SafetensorsReader.open(folder)) {
      assertThat(reader.floats("a")).isEqualTo(a.values());
      assertThat(reader.floats("b")).isEqualTo(b.values());
    }

    Files.writeString(
        index,
        """
        {"weight_map": {"a": "m-1-of-2.safetensors", "c": "m-2-of-2.safetensors"}}\
        """);
    assertThatThrownBy(() -> SafetensorsReader.open(folder))
        .isInstanceOf(InvalidCheckpointException.class)
        .hasMessageContaining("m-2-of-2.safetensors")
        .hasMessageContaining("'c'");

    Files.writeString(index, "{\"weight_map\": {\"a\": \"../secret.safetensors\"}}");
    assertThatThrownBy(() -> SafetensorsReader.open(folder))
        .hasMessageContaining("../secret.safetensors");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "{x | not valid JSON",
        "[] | not a JSON object",
        "{\"w\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,8]}} | F64",
        "{\"w\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}} | 'w' or w[3]",
        "{\"w\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]}} | 16",
        "{\"w\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}} | shape",
        "{\"w\":{\"dtype\":\"F32\",\"data_offsets\":[0,8]}} | shape",
        "{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}} | 4 bytes after",
        "{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}} | gap",
        "{\"w\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904],\"data_offsets\":[0,8]}} |"
            + " large",
        "{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"w\":{}} | Duplicate",
      })
  void malformedHeadersAreRefusedByFileAndTensor(String header, String expected)
      throws IOException {
    Path file = folder.resolve("bad.safetensors");
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    Files.write(
        file,
        ByteBuffer.allocate(8 + json.length + 8)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(json.length)
            .put(json)
            .array());
    assertThatThrownBy(() -> SafetensorsReader.open(file))
        .isInstanceOf(InvalidCheckpointException.class)
        .hasMessageContaining("bad.safetensors")
        .message()
        .satisfies(
            message -> assertThat(Stream.of(expected.split(" or "))).anyMatch(message::contains));
  }

  @Test
  void cutShortAndMissingFilesAreRefused() throws IOException {
    Path file = folder.resolve("cut.safetensors");
    SafetensorsWriter.write(file, List.of(tensor("w", new Random(4), 100)), Map.of());
    byte[] whole = Files.readAllBytes(file);
    for (int length : new int[] {0, 7, 8, 40, whole.length - 1}) {
      Files.write(file, java.util.Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> SafetensorsReader.open(file))
          .isInstanceOf(InvalidCheckpointException.class)
          .hasMessageContaining("cut.safetensors");
    }
    assertThatThrownBy(() -> SafetensorsReader.open(folder.resolve("absent.safetensors")))
        .isInstanceOf(InvalidCheckpointException.class)
        .hasMessageContaining("absent.safetensors");
  }

  @Test
  void failedWriteLeavesTheOldFile() throws IOException {
    Path file = folder.resolve("model.safetensors");
    SafetensorsWriter.write(file, List.of(tensor("w", new Random(5), 10)), Map.of());
    byte[] before = Files.readAllBytes(file);
    assertThatThrownBy(
            () ->
                SafetensorsWriter.write(
                    file, List.of(new FullDisk(tensor("w", new Random(5), 10))), Map.of()))
        .hasMessageContaining("disk full");
    assertThat(Files.readAllBytes(file)).isEqualTo(before);
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  private static NamedTensor tensor(String name, Random random, long... shape) {
    TensorSpec spec = new TensorSpec(name, shape);
    float[] values = new float[(int) spec.elements()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (random.nextGaussian() * Math.pow(10, random.nextInt(5) - 4));
    }
    return new NamedTensor(spec, values);
  }

  private record FullDisk(NamedTensor tensor) implements TensorData {
    @Override
    public TensorSpec spec() {
      return tensor.spec();
    }

    @Override
    public ElementType type() {
      return tensor.type();
    }

    @Override
    public void read(long begin, int length, Consumer<ByteBuffer> reader) {
      throw new UncheckedIOException(new IOException("disk full"));
    }
  }
}
