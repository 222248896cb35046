package io.sapo.policy.network;

import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.layout.WeightLayout;
import io.sapo.policy.script.NativeTensor;
import io.sapo.policy.tensor.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import java.util.function.DoubleSupplier;

/**
 * Values that training starts with; those of later tensors depend on how many were drawn before.
 */
final class InitialValues {
  private static final int PIECE = 1 << 20;

  private final ModelConfig config;
  private final Random random;

  InitialValues(ModelConfig config, long seed) {
    this.config = config;
    this.random = new Random(seed);
  }

  /**
   * @param tensor holds zeros
   */
  void fill(NativeTensor tensor) {
    DoubleSupplier values = values(tensor.spec());
    if (values == null) {
      return;
    }
    ByteBuffer piece =
        ByteBuffer.allocateDirect(PIECE * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    long left = tensor.spec().elements();
    long at = 0;
    while (left > 0) {
      int count = (int) Math.min(PIECE, left);
      piece.clear();
      for (int i = 0; i < count; i++) {
        piece.putFloat((float) values.getAsDouble());
      }
      tensor.write(at, piece.flip());
      at += (long) count * Float.BYTES;
      left -= count;
    }
  }

  /** Null for zeros. */
  private DoubleSupplier values(TensorSpec spec) {
    String name = spec.name();
    if (name.endsWith("bias")
        || name.endsWith("lora_B.weight")
        || name.equals(WeightLayout.SCALAR_HEAD)) {
      return null;
    }
    if (name.endsWith("lora_A.weight")) {
      double bound = 1 / Math.sqrt(spec.shape()[1]);
      return () -> (2 * random.nextDouble() - 1) * bound;
    }
    boolean norm = spec.shape().length == 1;
    return norm ? () -> 1 : () -> random.nextGaussian() * config.initializerRange();
  }
}
