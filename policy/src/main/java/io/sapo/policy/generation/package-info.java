/**
 * Sampling of responses over a KV cache, with slots that are refilled as responses end (continuous
 * batching).
 */
package io.sapo.policy.generation;
