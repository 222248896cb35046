/**
 * Tensors that flow: read and written in windows between file, device, log and digest, so that the
 * Java heap does not depend on the size of a model.
 */
package io.sapo.policy.tensor;
