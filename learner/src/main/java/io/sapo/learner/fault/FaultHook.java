package io.sapo.learner.fault;

import java.util.ServiceLoader;

/** Called at each {@link FaultPoint}; a fault test ends the process there. */
public interface FaultHook {

  FaultHook NONE = point -> {};

  /** The one on the class path, of a fault harness; of a product that has none, {@link #NONE}. */
  static FaultHook installed() {
    return ServiceLoader.load(FaultHook.class).findFirst().orElse(NONE);
  }

  void reached(FaultPoint point);
}
