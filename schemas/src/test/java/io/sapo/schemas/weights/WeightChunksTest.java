package io.sapo.schemas.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import io.sapo.schemas.Compression;
import io.sapo.schemas.ElementType;
import io.sapo.schemas.RecordCodec;
import io.sapo.schemas.WeightChunk;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class WeightChunksTest {
  /** The second tensor needs several chunks; the last ones are a scalar and an empty tensor. */
  private static final long[][] SHAPES = {{7}, {300, 1_000}, {64, 32}, {}, {0, 4}};

  private static final RecordCodec<WeightChunk> CODEC = RecordCodec.of(WeightChunk.class);

  @ParameterizedTest
  @CsvSource({
    "F32, 0", "F32, 0.001", "F32, 0.3", "F32, 1",
    "BF16, 0", "BF16, 0.001", "BF16, 0.3", "BF16, 1"
  })
  void deltasOverAnAnchorGiveWhatAnAnchorGives(ElementType type, double changedShare) {
    Random random = new Random(11);
    List<HeapTensor> parent = tensors(type, random);
    PublishedWeights followed = new PublishedWeights(type, HeapTensor::zeros);
    apply(followed, 4, true, whole(4, parent));
    for (long version = 5; version <= 7; version++) {
      List<HeapTensor> next = mutated(parent, changedShare, random);
      List<WeightChunk> delta = delta(version, parent, next);
      apply(followed, version, false, delta);
      PublishedWeights fresh = new PublishedWeights(type, HeapTensor::zeros);
      apply(fresh, version, true, whole(version, next));
      assertThat(followed.tensors()).isEqualTo(fresh.tensors());
      assertSame(followed.tensors(), next);
      assertThat(followed.version()).isEqualTo(version);
      assertThat(delta)
          .allSatisfy(
              chunk ->
                  assertThat(chunk.getPayload().remaining())
                      .isLessThanOrEqualTo(WeightChunkEncoder.MAX_PAYLOAD_BYTES));
      parent = next;
    }
  }

  @Test
  void aSmallChangeMakesASmallDelta() {
    Random random = new Random(3);
    List<HeapTensor> parent = tensors(ElementType.F32, random);
    long whole = bytes(whole(1, parent));
    long delta = bytes(delta(1, parent, mutated(parent, 0.01, random)));
    assertThat(delta).isLessThan(whole / 20);
  }

  /** Chunks written before bytes were sorted by significance. */
  @ParameterizedTest
  @EnumSource(ElementType.class)
  void chunksInTheOlderLayoutAreRead(ElementType type) {
    Random random = new Random(7);
    List<HeapTensor> parent = tensors(type, random);
    List<HeapTensor> next = mutated(parent, 0.1, random);
    PublishedWeights weights = new PublishedWeights(type, HeapTensor::zeros);
    apply(weights, 1, true, whole(1, parent).stream().map(c -> older(c, type)).toList());
    apply(weights, 2, false, delta(2, parent, next).stream().map(c -> older(c, type)).toList());
    assertSame(weights.tensors(), next);
  }

  private static WeightChunk older(WeightChunk chunk, ElementType type) {
    int count = (int) chunk.getCount();
    int element = type == ElementType.F32 ? 4 : 2;
    int[] widths = chunk.getSparse() ? new int[] {4, element} : new int[] {element};
    int size = count * Arrays.stream(widths).sum();
    byte[] carried = chunk.getPayload().array();
    byte[] planes =
        chunk.getCompression() == Compression.ZSTD ? Zstd.decompress(carried, size) : carried;
    ByteBuffer numbers = ByteBuffer.allocate(size);
    int begin = 0;
    for (int width : widths) {
      for (int i = 0; i < count; i++) {
        for (int plane = 0; plane < width; plane++) {
          numbers.put(planes[begin + plane * count + i]);
        }
      }
      begin += count * width;
    }
    return WeightChunk.newBuilder(chunk)
        .setPlanes(false)
        .setCompression(Compression.NONE)
        .setPayload(numbers.flip())
        .build();
  }

  @ParameterizedTest
  @EnumSource(Damage.class)
  void damagedChunksAreRefusedAndLeaveNothing(Damage damage) {
    Random random = new Random(5);
    List<HeapTensor> parent = tensors(ElementType.F32, random);
    List<HeapTensor> next = mutated(parent, 0.2, random);
    PublishedWeights weights = new PublishedWeights(ElementType.F32, HeapTensor::zeros);
    apply(weights, 1, true, whole(1, parent));
    List<WeightChunk> chunks = delta(2, parent, next);
    damage.change.accept(chunks);
    assertThatThrownBy(() -> apply(weights, 2, false, chunks))
        .isInstanceOf(WeightFormatException.class)
        .hasMessageContaining("version 2")
        .hasMessageContaining(damage.message);
    assertThat(weights.version()).isEqualTo(-1);
    assertThat(weights.tensors()).isEmpty();
    assertThatThrownBy(() -> apply(weights, 3, false, delta(3, next, next)))
        .hasMessageContaining("start from an anchor");
    apply(weights, 3, true, whole(3, next));
    assertSame(weights.tensors(), next);
  }

  enum Damage {
    PAYLOAD_BIT(
        "hashes to",
        chunks -> {
          WeightChunk chunk = largest(chunks);
          byte[] copy = chunk.getPayload().array().clone();
          // The second half of a sparse payload holds the values.
          chunk.setCompression(Compression.NONE);
          byte[] raw = Zstd.decompress(copy, (int) (8 * chunk.getCount()));
          raw[raw.length - 1] ^= 1;
          chunk.setPayload(ByteBuffer.wrap(raw));
        }),
    TRUNCATED(
        "cannot be decompressed",
        chunks -> {
          WeightChunk chunk = largest(chunks);
          byte[] half = new byte[chunk.getPayload().remaining() / 2];
          chunk.getPayload().duplicate().get(half);
          chunk.setPayload(ByteBuffer.wrap(half));
        }),
    MISSING_CHUNK("stands where chunk 1", chunks -> chunks.remove(1)),
    MISSING_TENSOR("names 4 tensors of 5", chunks -> chunks.remove(chunks.size() - 1)),
    OTHER_VERSION("belongs to version 9", chunks -> chunks.get(0).setVersion(9)),
    OTHER_SHAPE("another shape", chunks -> chunks.get(0).setShape(List.of(8L))),
    UNKNOWN_TENSOR("not in the parent", chunks -> chunks.get(0).setTensor("stranger")),
    TOO_MANY("claims", chunks -> chunks.get(0).setCount(1L << 40)),
    NEGATIVE("claims", chunks -> chunks.get(0).setCount(-1)),
    OUTSIDE("outside", chunks -> largest(chunks).setStart(299_999)),
    FAR_OUTSIDE("outside", chunks -> largest(chunks).setStart(Long.MAX_VALUE));

    final String message;
    final Consumer<List<WeightChunk>> change;

    Damage(String message, Consumer<List<WeightChunk>> change) {
      this.message = message;
      this.change = change;
    }

    static WeightChunk largest(List<WeightChunk> chunks) {
      return chunks.stream()
          .filter(WeightChunk::getSparse)
          .max((a, b) -> Long.compare(a.getCount(), b.getCount()))
          .orElseThrow();
    }
  }

  @Test
  void anAnchorThatClaimsMoreThanItsChunksCanHoldIsRefusedBeforeItsMemoryIsTaken() {
    List<WeightChunk> chunks = whole(1, tensors(ElementType.F32, new Random(1)));
    chunks.get(0).setShape(List.of(1L << 28));
    PublishedWeights weights = new PublishedWeights(ElementType.F32, HeapTensor::zeros);
    assertThatThrownBy(() -> apply(weights, 1, true, chunks)).hasMessageContaining("claims");
  }

  /** Nowhere whole: what is written is noted. */
  private record Endless(long[] shape, List<String> written) implements StoredTensor {
    @Override
    public ElementType type() {
      return ElementType.F32;
    }

    @Override
    public String name() {
      return "endless";
    }

    @Override
    public void read(long begin, int length, Consumer<ByteBuffer> reader) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void write(long begin, ByteBuffer bytes) {
      written.add(begin + " to " + (begin + bytes.remaining()));
    }

    @Override
    public void scatter(long[] places, ByteBuffer values) {
      for (long place : places) {
        written.add(place + ": " + values.getInt());
      }
    }

    @Override
    public void close() {}
  }

  @Test
  void elementsBeyondTwoToThe31AreWritten() {
    long count = 1L << 33;
    List<String> written = new ArrayList<>();
    PublishedWeights weights =
        new PublishedWeights(ElementType.F32, (type, name, shape) -> new Endless(shape, written));
    weights.place("endless", new long[] {count});
    weights.complete(0);
    weights.begin().accept(sparse(count, count - 3, 7, 9));
    WeightAssembly whole = new WeightAssembly(weights, 1, true, Integer.MAX_VALUE);
    whole.accept(dense(count, 0));
    assertThatThrownBy(() -> whole.accept(dense(count, 2))).hasMessageContaining("does not start");
    assertThat(written).containsExactly(count - 3 + ": 7", count - 1 + ": 9", "0 to 4");
  }

  private static WeightChunk sparse(long size, long start, int value, int next) {
    int[] numbers = {0, 1, value, next};
    return chunk(size, start, 2, true, numbers);
  }

  private static WeightChunk dense(long size, long start) {
    return chunk(size, start, 1, false, 5);
  }

  private static WeightChunk chunk(
      long size, long start, int count, boolean sparse, int... numbers) {
    ByteBuffer payload =
        ByteBuffer.allocate(numbers.length * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    payload.asIntBuffer().put(numbers);
    return WeightChunk.newBuilder()
        .setVersion(1)
        .setChunk(start == 2 ? 1 : 0)
        .setTensor("endless")
        .setShape(List.of(size))
        .setSha256("")
        .setStart(start)
        .setCount(count)
        .setSparse(sparse)
        .setCompression(Compression.NONE)
        .setPayload(payload)
        .setPlanes(false)
        .build();
  }

  private static void apply(
      PublishedWeights weights, long version, boolean anchor, List<WeightChunk> chunks) {
    weights.apply(version, version - 1, anchor, chunks.size(), chunks.iterator());
  }

  private static List<HeapTensor> tensors(ElementType type, Random random) {
    List<HeapTensor> tensors = new ArrayList<>();
    for (int i = 0; i < SHAPES.length; i++) {
      HeapTensor tensor = HeapTensor.zeros(type, "tensor." + i, SHAPES[i]);
      random.nextBytes(tensor.elements());
      tensors.add(tensor);
    }
    return tensors;
  }

  private static List<HeapTensor> mutated(List<HeapTensor> tensors, double share, Random random) {
    List<HeapTensor> result = new ArrayList<>();
    for (HeapTensor tensor : tensors) {
      HeapTensor copy = HeapTensor.from(tensor);
      int size = PublishedTensor.elementBytes(tensor.type());
      for (int i = 0; i < copy.count(); i++) {
        if (random.nextDouble() < share) {
          copy.elements()[i * size + random.nextInt(size)] += (byte) (1 + random.nextInt(255));
        }
      }
      result.add(copy);
    }
    return result;
  }

  private static List<WeightChunk> whole(long version, List<HeapTensor> tensors) {
    List<WeightChunk> chunks = new ArrayList<>();
    WeightChunkEncoder encoder = encoder(version, tensors, chunks);
    tensors.forEach(encoder::whole);
    assertThat(encoder.chunks()).isEqualTo(chunks.size());
    return chunks;
  }

  private static List<WeightChunk> delta(
      long version, List<HeapTensor> before, List<HeapTensor> after) {
    List<WeightChunk> chunks = new ArrayList<>();
    WeightChunkEncoder encoder = encoder(version, after, chunks);
    for (int i = 0; i < before.size(); i++) {
      encoder.changed(before.get(i), after.get(i));
    }
    return chunks;
  }

  private static WeightChunkEncoder encoder(
      long version, List<HeapTensor> tensors, List<WeightChunk> chunks) {
    return new WeightChunkEncoder(
        version, tensors.get(0).type(), chunk -> chunks.add(CODEC.decode(CODEC.encode(chunk))));
  }

  private static long bytes(List<WeightChunk> chunks) {
    return chunks.stream().mapToLong(chunk -> chunk.getPayload().remaining()).sum();
  }

  private static void assertSame(List<? extends PublishedTensor> found, List<HeapTensor> expected) {
    assertThat(List.<PublishedTensor>copyOf(found)).isEqualTo(expected);
  }
}
