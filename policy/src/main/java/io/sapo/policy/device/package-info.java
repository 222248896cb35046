/** What tensors lie on and are computed with: libtorch, and the devices it finds. */
package io.sapo.policy.device;
