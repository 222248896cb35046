package io.sapo.segmenter.topology;

import io.sapo.schemas.SegmentedTrajectory;

/** A trajectory cut and judged, without its group's statistics. */
record Judged(Source source, SegmentedTrajectory trajectory) {}
