/**
 * Injects faults into a run of real processes, and proves that nothing was lost or changed. {@link
 * io.sapo.torture.Round} starts a broker, a producer, a segmenter and a learner, injects {@link
 * io.sapo.torture.Fault}s one after the other, audits after each, and at last has an undisturbed
 * learner train on the recorded segments: its versions must be bit-identical.
 */
package io.sapo.torture;
