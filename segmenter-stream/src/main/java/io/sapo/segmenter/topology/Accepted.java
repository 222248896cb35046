package io.sapo.segmenter.topology;

import io.sapo.schemas.Trajectory;
import io.sapo.segmenter.cut.ResponseTokens;

/** A valid trajectory with its response unpacked. */
record Accepted(Source source, Trajectory trajectory, ResponseTokens response) {}
