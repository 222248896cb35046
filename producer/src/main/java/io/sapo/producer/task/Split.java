package io.sapo.producer.task;

/** Which part of its tasks a generated source gives. */
public enum Split {
  TRAINING,
  HELD_OUT
}
