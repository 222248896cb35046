package io.sapo.learner;

/** Called at each {@link FaultPoint}; a fault test ends the process there. */
public interface FaultHook {

  FaultHook NONE = point -> {};

  void reached(FaultPoint point);
}
