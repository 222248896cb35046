/**
 * Training as a fold: {@link io.sapo.learner.fold.TrainingState} × {@link
 * io.sapo.learner.input.Batch} × {@link io.sapo.learner.config.LearnerConfig} → the next state and
 * an {@link io.sapo.learner.fold.UpdateReport}. No clock, no unseeded randomness and no topic in
 * here: live training, recovery and replay all go through {@link io.sapo.learner.fold.Update}.
 */
package io.sapo.learner.fold;
