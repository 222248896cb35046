package io.sapo.learner.checkpoint;

import io.sapo.learner.fold.StateHashes;

/**
 * {@code state.json} of a checkpoint: what the folder claims to be. The commit record of the same
 * version is what it must agree with.
 */
public record CheckpointManifest(
    String runId, long version, double klCoefficient, String configDigest, StateHashes hashes) {}
