/**
 * Committed versions folded again without publishing anything: {@link
 * io.sapo.learner.replay.Replay} to see whether the same bits come out, {@link
 * io.sapo.learner.replay.WhatIf} to see what another config would have done. Nothing here writes to
 * a topic or a checkpoint.
 */
package io.sapo.learner.replay;
