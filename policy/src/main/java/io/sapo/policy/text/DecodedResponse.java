package io.sapo.policy.text;

/**
 * A response's text and where each token ends in it.
 *
 * @param text control tokens left out; bytes that are no UTF-8 become U+FFFD
 * @param tokenEnds for each token the number of chars (UTF-16 units) that are complete once it has
 *     been read; never falls, and the last one is the text's length
 */
public record DecodedResponse(String text, int[] tokenEnds) {}
