package io.sapo.policy.training;

import io.sapo.policy.tensor.TensorData;
import java.util.Collection;
import java.util.List;

/**
 * AdamW's state.
 *
 * @param steps steps taken so far
 * @param moments for each trained parameter {@code first/NAME} and {@code second/NAME}, wherever
 *     they lie; valid as long as what they lie in is
 */
public record OptimizerState(long steps, List<TensorData> moments) {
  OptimizerState(long steps, Collection<? extends TensorData> moments) {
    this(steps, List.<TensorData>copyOf(moments));
  }
}
