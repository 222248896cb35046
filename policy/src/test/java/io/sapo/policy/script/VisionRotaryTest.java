package io.sapo.policy.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.sapo.policy.ReferenceModels;
import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.checkpoint.VisionConfig;
import io.sapo.policy.device.TestDevice;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The rotary positions of vision towers in bfloat16 against the same in double precision. */
class VisionRotaryTest {
  private static final int PATCHES = 60;

  /** Half a unit in the last place: rounded to eight bits, once. */
  private static final double ROUNDED_ONCE = 0x1p-8;

  /** Of an angle of some tens of turns, in float32. */
  private static final double ANGLE = 2e-5;

  @ParameterizedTest
  @ValueSource(strings = {"tiny-qwen2_5_vl", "tiny-qwen3_vl"})
  void queriesAreTurnedInFloat32AndRoundedOnce(String model) {
    ModelConfig config =
        ModelConfig.read(ReferenceModels.shipped().resolve(model).resolve("config.json"));
    VisionConfig vision = config.vision().orElseThrow();
    int width = vision.headDim();
    float[] positions = new float[2 * PATCHES];
    for (int i = 0; i < PATCHES; i++) {
      positions[i] = i;
      positions[PATCHES + i] = 7 * i % PATCHES;
    }
    float[] x = bfloat16(new Random(1), PATCHES * vision.heads() * width);
    float[] found;
    try (ScriptModule probe =
            ScriptModule.load(
                "vision_rotary_probe", "VisionRotaryProbe", config, TestDevice.get());
        NDManager call = probe.newManager()) {
      found =
          probe
              .call(
                  call,
                  "turn",
                  new NDList(
                      call.create(positions, new Shape(2, PATCHES)),
                      call.create(x, new Shape(PATCHES, vision.heads(), width))))
              .get(0)
              .toFloatArray();
    }
    for (int row = 0; row < PATCHES * vision.heads(); row++) {
      int patch = row / vision.heads();
      for (int i = 0; i < width / 2; i++) {
        double angle = angle(positions, patch, i, width);
        double first = x[row * width + i];
        double second = x[row * width + i + width / 2];
        double slack = ANGLE * (Math.abs(first) + Math.abs(second));
        assertRounded(
            found[row * width + i], first * Math.cos(angle) - second * Math.sin(angle), slack);
        assertRounded(
            found[row * width + i + width / 2],
            second * Math.cos(angle) + first * Math.sin(angle),
            slack);
      }
    }
  }

  /** The first half of the pairs by the row, the other by the column. */
  private static double angle(float[] positions, int patch, int pair, int width) {
    int quarter = width / 4;
    double position = positions[pair / quarter * PATCHES + patch];
    return position * Math.pow(10_000, -(double) (pair % quarter) / quarter);
  }

  private static void assertRounded(float found, double exact, double slack) {
    assertThat((double) found).isCloseTo(exact, within(ROUNDED_ONCE * Math.abs(exact) + slack));
  }

  /** Values that bfloat16 has. */
  private static float[] bfloat16(Random random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      int bits = Float.floatToIntBits((float) random.nextGaussian());
      values[i] = Float.intBitsToFloat(bits & 0xffff0000);
    }
    return values;
  }
}
