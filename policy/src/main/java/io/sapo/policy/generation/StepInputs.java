package io.sapo.policy.generation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.sapo.policy.script.NativeArrays;
import java.util.Arrays;

/**
 * What the decode loop is told of the running responses, a column for each used slot.
 *
 * @param owner closes the arrays
 */
record StepInputs(NDManager owner, SlotTable table) {
  /** Sizes of the groups of rows that attend together, [groups]. */
  NDArray groups() {
    return NativeArrays.longs(owner, Arrays.stream(table.groupSizes()).asLongStream().toArray());
  }

  /**
   * The token to feed, the tokens fed before it and the offset of its rotary position, [3, rows].
   */
  NDArray state() {
    int rows = table.used();
    long[] state = new long[3 * rows];
    for (int slot = 0; slot < rows; slot++) {
      RunningResponse response = table.get(slot);
      state[slot] = response.nextToken();
      state[rows + slot] = response.fed();
      state[2 * rows + slot] = response.rotaryOffset();
    }
    return NativeArrays.longs(owner, state, 3, rows);
  }

  /** What decides each draw, [steps, rows] in [0, 1). */
  NDArray uniforms(int steps) {
    int rows = table.used();
    double[] uniforms = new double[steps * rows];
    for (int step = 0; step < steps; step++) {
      for (int slot = 0; slot < rows; slot++) {
        uniforms[step * rows + slot] = table.get(slot).uniform(step);
      }
    }
    return NativeArrays.doubles(owner, uniforms, steps, rows);
  }

  /** Temperature, top-p and top-k, [3, rows]; a top-k of the whole vocabulary where none is set. */
  NDArray sampling(int vocabulary) {
    int rows = table.used();
    float[] settings = new float[3 * rows];
    for (int slot = 0; slot < rows; slot++) {
      Sampling sampling = table.get(slot).request().sampling();
      int topK = sampling.topK() == 0 ? vocabulary : sampling.topK();
      settings[slot] = (float) sampling.temperature();
      settings[rows + slot] = (float) sampling.topP();
      settings[2 * rows + slot] = Math.min(topK, vocabulary);
    }
    return NativeArrays.floats(owner, settings, 3, rows);
  }
}
