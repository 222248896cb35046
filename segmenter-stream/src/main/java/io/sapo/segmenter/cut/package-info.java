/**
 * Cutting a response into reasoning segments. Every strategy is a pure function from what a
 * producer recorded to the ascending indices of each segment's last token; the last token always
 * ends the last segment. None of them needs a tokenizer.
 */
package io.sapo.segmenter.cut;
