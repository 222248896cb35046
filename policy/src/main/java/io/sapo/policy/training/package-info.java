/** Forward passes with gradients, the activations that they keep, and AdamW. */
package io.sapo.policy.training;
