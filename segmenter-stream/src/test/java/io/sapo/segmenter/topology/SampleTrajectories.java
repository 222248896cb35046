package io.sapo.segmenter.topology;

import io.sapo.schemas.FinishReason;
import io.sapo.schemas.PackedArrays;
import io.sapo.schemas.Picture;
import io.sapo.schemas.Sampling;
import io.sapo.schemas.Trajectory;
import io.sapo.schemas.VersionRun;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import javax.imageio.ImageIO;
import org.apache.commons.codec.digest.DigestUtils;

/** Trajectories to vary in tests. */
public final class SampleTrajectories {
  private static final String[] TOKENS = {"3", "+", "4", "=", "7", "\n", "####", " 7", ""};

  private SampleTrajectories() {}

  /** Nine tokens that answer 7 rightly, a group of one. */
  public static Trajectory.Builder right(String id) {
    return answering(id, "7");
  }

  /** The same, judged by another reference answer. */
  public static Trajectory.Builder answering(String id, String answer) {
    int count = TOKENS.length;
    int[] tokens = new int[count];
    int[] charEnds = new int[count];
    float[] logProbs = new float[count];
    float[] entropies = new float[count];
    int end = 0;
    for (int i = 0; i < count; i++) {
      end += TOKENS[i].length();
      tokens[i] = 10 + i;
      charEnds[i] = end;
      logProbs[i] = -0.1f * i;
      entropies[i] = (i * 5) % 9;
    }
    return Trajectory.newBuilder()
        .setTrajectoryId(id)
        .setGroupId("group-of-" + id)
        .setGroupSize(1)
        .setTaskId("task")
        .setProducerId("producer")
        .setPrompt("3+4?")
        .setPromptTokens(PackedArrays.pack(new int[] {1, 2, 3}))
        .setPictures(List.of())
        .setResponseTokens(PackedArrays.pack(tokens))
        .setResponseText(String.join("", TOKENS))
        .setTokenCharEnds(PackedArrays.pack(charEnds))
        .setLogProbs(PackedArrays.pack(logProbs))
        .setEntropies(PackedArrays.pack(entropies))
        .setVersions(List.of(new VersionRun(4L, 5), new VersionRun(5L, count - 5)))
        .setSampling(new Sampling(1.0, 1.0, 0, 64))
        .setFinishReason(FinishReason.STOP)
        .setAnswer(answer)
        .setVerifier("gsm8k")
        .setSeed(1)
        .setStartedAtMs(1_000)
        .setFinishedAtMs(2_000);
  }

  /** One rollout of a group; right or wrong. */
  public static Trajectory.Builder rollout(String group, int index, int size, boolean right) {
    return answering(group + "-" + index, right ? "7" : "8").setGroupId(group).setGroupSize(size);
  }

  public static byte[] picture(String format) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      BufferedImage image = new BufferedImage(20, 10, BufferedImage.TYPE_INT_RGB);
      for (int x = 0; x < 20; x++) {
        image.setRGB(x, x / 2, 0x123456 * x);
      }
      ImageIO.write(image, format, out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /** Inline, with the hash of its bytes. */
  public static Picture inline(byte[] encoded) {
    return Picture.newBuilder()
        .setSha256(sha256(encoded))
        .setBytes(ByteBuffer.wrap(encoded))
        .build();
  }

  public static String sha256(byte[] bytes) {
    return DigestUtils.sha256Hex(bytes);
  }
}
