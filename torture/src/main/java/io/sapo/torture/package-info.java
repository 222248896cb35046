/**
 * Disturbs a run of real processes in every way a machine can, and proves that nothing came of it.
 * {@link io.sapo.torture.Round} starts a broker, a producer, a segmenter and a learner, deals out
 * {@link io.sapo.torture.Blow}s one after the other, audits after each, and at last has an
 * undisturbed learner fold the recorded segments: its versions must be bit-identical.
 */
package io.sapo.torture;
