package io.sapo.producer.rollout;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.commons.codec.digest.DigestUtils;

/** Seeds of token sampling: a function of the producer's seed, the task and the rollout's index. */
public final class RolloutSeed {
  private RolloutSeed() {}

  public static long of(long producerSeed, String taskId, int rolloutIndex) {
    byte[] task = taskId.getBytes(StandardCharsets.UTF_8);
    ByteBuffer input = ByteBuffer.allocate(Long.BYTES + Integer.BYTES + task.length);
    input.putLong(producerSeed).putInt(rolloutIndex).put(task);
    byte[] digest = DigestUtils.sha256(input.array());
    return ByteBuffer.wrap(digest).getLong();
  }
}
