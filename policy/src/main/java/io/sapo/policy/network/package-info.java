/**
 * Networks without gradients: the base model and its weights, sequences packed into batches that
 * share prompts, positions, and scores.
 */
package io.sapo.policy.network;
