package io.sapo.policy.generation;

import io.sapo.policy.network.TokenSequence;

/**
 * A response to be sampled.
 *
 * @param id handed back with the result; need not be unique
 * @param prompt without response tokens; requests with equal prompts submitted together are fed to
 *     the network once
 * @param seed with prompt, sampling and weights it fixes the response, whatever else is running
 */
public record GenerationRequest(String id, TokenSequence prompt, Sampling sampling, long seed) {}
