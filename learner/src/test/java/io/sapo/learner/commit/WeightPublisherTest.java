package io.sapo.learner.commit;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.learner.TinyRun;
import io.sapo.policy.network.Weights;
import io.sapo.policy.script.NativeTensor;
import io.sapo.schemas.ElementType;
import io.sapo.schemas.WeightChunk;
import io.sapo.schemas.weights.PublishedWeights;
import io.sapo.weights.NativeWeights;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WeightPublisherTest {

  @ParameterizedTest
  @EnumSource(ElementType.class)
  void aCommitThatIsRepeatedSendsTheSameChunks(ElementType type) {
    try (Weights weights = TinyRun.weights();
        WeightPublisher publisher = new WeightPublisher(type, 10);
        PublishedWeights followed = NativeWeights.of(type)) {
      publisher.stage(0, weights);
      assertThat(publisher.anchor()).isTrue();
      apply(followed, 0, true, chunks(publisher));
      publisher.committed();
      for (long version = 1; version <= 3; version++) {
        change(weights, (int) version);
        publisher.stage(version, weights);
        assertThat(publisher.anchor()).isFalse();
        List<WeightChunk> chunks = chunks(publisher);
        assertThat(chunks(publisher)).isEqualTo(chunks);
        assertThat(chunks).anyMatch(chunk -> chunk.getSparse() && chunk.getCount() > 0);
        apply(followed, version, false, chunks);
        publisher.committed();
      }
      assertThat(publisher.anchorVersion()).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource(ElementType.class)
  void whatWasNotCommittedIsNobodysParent(ElementType type) {
    try (Weights weights = TinyRun.weights();
        WeightPublisher publisher = new WeightPublisher(type, 10)) {
      publisher.stage(1, weights);
      chunks(publisher);
      publisher.stage(2, weights);
      assertThat(publisher.anchor()).isTrue();
      publisher.committed();
      publisher.stage(4, weights);
      assertThat(publisher.anchor()).isTrue();
      assertThat(publisher.anchorVersion()).isEqualTo(4);
    }
  }

  private static void apply(
      PublishedWeights followed, long version, boolean anchor, List<WeightChunk> chunks) {
    followed.apply(version, version - 1, anchor, chunks.size(), chunks.iterator());
  }

  private static List<WeightChunk> chunks(WeightPublisher publisher) {
    List<WeightChunk> chunks = new ArrayList<>();
    publisher.chunks(chunks::add);
    return chunks;
  }

  private static void change(Weights weights, int place) {
    NativeTensor first = weights.tensors().iterator().next();
    first.write(
        4L * place,
        ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(place + 7f).flip());
  }
}
