package io.sapo.policy.training;

import io.sapo.policy.checkpoint.NamedTensor;
import java.util.List;

/**
 * AdamW's state, on the heap.
 *
 * @param steps steps taken so far
 * @param moments for each trained parameter {@code first/NAME} and {@code second/NAME}
 */
public record OptimizerState(long steps, List<NamedTensor> moments) {
  public OptimizerState {
    moments = List.copyOf(moments);
  }
}
