/**
 * From the segments topic to batches. {@link io.sapo.learner.input.Admission} turns bytes into
 * {@link io.sapo.learner.input.TrainingExample}s, {@link io.sapo.learner.input.SegmentsReader}
 * fetches ahead on a thread of its own, {@link io.sapo.learner.input.BatchAssembler} decides which
 * records an update takes, {@link io.sapo.learner.input.RecordedBatches} reads a committed batch
 * again.
 */
package io.sapo.learner.input;
