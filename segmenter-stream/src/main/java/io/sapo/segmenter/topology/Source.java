package io.sapo.segmenter.topology;

/** A record as it was read, kept at hand for its dead letter. The arrays are not written to. */
record Source(byte[] key, byte[] value, String topic, int partition, long offset) {}
