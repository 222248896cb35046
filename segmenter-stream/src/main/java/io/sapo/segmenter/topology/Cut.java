package io.sapo.segmenter.topology;

/**
 * Where a response was cut, and how. The array is not written to.
 *
 * @param ends index of each segment's last token
 * @param strategy as records name it
 */
record Cut(int[] ends, String strategy) {}
