package io.sapo.policy.generation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.sapo.policy.checkpoint.AttentionConfig;
import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.script.ScriptModule;
import java.util.List;

/**
 * Keys and values of the tokens fed, one tensor [slots, keyValueHeads, places, headDim] a layer for
 * each, in the type of the computation. It has as many places as were ever needed at a time,
 * rounded up, and doubles where that is too few: prompts and responses are mostly far shorter than
 * they may be. Owns its native memory.
 */
final class KvCache implements AutoCloseable {
  private static final int FIRST_PLACES = 128;

  private final ModelConfig config;
  private final ScriptModule script;
  private final NDManager manager;
  private final int slots;
  private final int mostPlaces;
  private final DataType type;
  private final NDList tensors = new NDList();
  private int places;

  /**
   * @param mostPlaces a slot ever needs, a multiple of the decode loop's blocks
   * @param half whether keys and values are held in bfloat16
   */
  KvCache(ModelConfig config, ScriptModule script, int slots, int mostPlaces, boolean half) {
    this.config = config;
    this.script = script;
    this.manager = script.newManager();
    this.slots = slots;
    this.mostPlaces = mostPlaces;
    this.type = half ? DataType.FLOAT16 : DataType.FLOAT32;
  }

  /** Makes room for this many tokens in every slot; what is there stays. */
  void ensure(int needed) {
    if (needed <= places) {
      return;
    }
    int wanted = Math.max(FIRST_PLACES, 2 * places);
    while (wanted < needed) {
      wanted *= 2;
    }
    grow(Math.min(wanted, mostPlaces));
  }

  private void grow(int wanted) {
    AttentionConfig attention = config.decoder().attention();
    Shape shape = new Shape(slots, attention.keyValueHeads(), wanted, attention.headDim());
    int layers = config.decoder().layers();
    for (int i = 0; i < 2 * layers; i++) {
      NDArray larger = manager.zeros(shape, type);
      larger.setName(i < layers ? "k[]" : "v[]");
      if (places == 0) {
        tensors.add(larger);
      } else {
        try (NDArray smaller = tensors.set(i, larger);
            NDManager call = script.newManager()) {
          smaller.setName("from[]");
          script.call(call, "widen", new NDList(smaller, larger));
        }
      }
    }
    places = wanted;
  }

  /** What the scripts take: all keys, then all values. */
  List<NDArray> tensors() {
    return tensors;
  }

  /** Gives all memory back; what was in it is gone. */
  void release() {
    tensors.forEach(NDArray::close);
    tensors.clear();
    places = 0;
  }

  @Override
  public void close() {
    manager.close();
  }
}
