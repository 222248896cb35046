/**
 * Weights on the wire: how the tensors of a version become records of the {@code weight-chunks}
 * topic and tensors again. Both the learner, which publishes, and the producers, which follow, use
 * this one place.
 *
 * <p>Every tensor of a version has at least one chunk, in an anchor and in a delta alike, with the
 * hash that the tensor has once the version is applied. A delta holds the elements that changed as
 * gap-coded indices with absolute values; a tensor of which so much changed that listing it whole
 * takes less room is listed whole.
 */
package io.sapo.schemas.weights;
