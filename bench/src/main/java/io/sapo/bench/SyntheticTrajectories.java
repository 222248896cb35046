package io.sapo.bench;

import io.sapo.schemas.FinishReason;
import io.sapo.schemas.PackedArrays;
import io.sapo.schemas.Sampling;
import io.sapo.schemas.Topics;
import io.sapo.schemas.Trajectory;
import io.sapo.schemas.VersionRun;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;

/** Trajectories as a producer publishes them, out of random numbers. */
final class SyntheticTrajectories {
  private static final int PROMPT = 64;
  private static final String WORD = "word";

  private final int tokens;
  private final Random random;
  private long number;

  SyntheticTrajectories(int tokens, long seed) {
    this.tokens = tokens;
    this.random = new Random(seed);
  }

  /** Writes the given number to the trajectories topic and waits until they are in the log. */
  void publish(Producer<byte[], byte[]> producer, Topics topics, long count) {
    AtomicReference<Exception> failure = new AtomicReference<>();
    for (long i = 0; i < count; i++) {
      Trajectory trajectory = next();
      producer.send(
          topics.trajectories().record(trajectory.getGroupId(), trajectory),
          (metadata, problem) -> failure.compareAndSet(null, problem));
    }
    producer.flush();
    if (failure.get() != null) {
      throw new KafkaException("trajectories were not written", failure.get());
    }
  }

  private Trajectory next() {
    String id = Long.toString(number++);
    float[] logProbs = new float[tokens];
    float[] entropies = new float[tokens];
    int[] charEnds = new int[tokens];
    for (int t = 0; t < tokens; t++) {
      logProbs[t] = -3 * random.nextFloat();
      entropies[t] = 3 * random.nextFloat();
      charEnds[t] = WORD.length() * (t + 1);
    }
    return Trajectory.newBuilder()
        .setTrajectoryId("t" + id)
        .setGroupId("g" + id)
        .setGroupSize(1)
        .setTaskId("task" + id)
        .setProducerId("bench")
        .setPrompt("")
        .setPromptTokens(PackedArrays.pack(random.ints(PROMPT, 0, 50_000).toArray()))
        .setPictures(List.of())
        .setResponseTokens(PackedArrays.pack(random.ints(tokens, 0, 50_000).toArray()))
        .setResponseText(WORD.repeat(tokens))
        .setTokenCharEnds(PackedArrays.pack(charEnds))
        .setLogProbs(PackedArrays.pack(logProbs))
        .setEntropies(PackedArrays.pack(entropies))
        .setVersions(List.of(new VersionRun(0L, tokens)))
        .setSampling(new Sampling(1.0, 1.0, 0, tokens))
        .setFinishReason(FinishReason.LENGTH)
        .setAnswer("word")
        .setVerifier("exact")
        .setSeed(0)
        .setStartedAtMs(0)
        .setFinishedAtMs(1)
        .build();
  }
}
