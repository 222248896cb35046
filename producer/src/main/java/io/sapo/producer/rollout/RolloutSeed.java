package io.sapo.producer.rollout;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Seeds of token draws: a function of the producer's seed, the task and the rollout's index. */
public final class RolloutSeed {
  private RolloutSeed() {}

  public static long of(long producerSeed, String taskId, int rolloutIndex) {
    byte[] task = taskId.getBytes(StandardCharsets.UTF_8);
    ByteBuffer input = ByteBuffer.allocate(Long.BYTES + Integer.BYTES + task.length);
    input.putLong(producerSeed).putInt(rolloutIndex).put(task);
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(input.array());
      return ByteBuffer.wrap(digest).getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
