package io.sapo.segmenter.topology;

/** A trajectory that was cut and waits for its judges. */
record Unjudged(Accepted accepted, Cut cut) {}
