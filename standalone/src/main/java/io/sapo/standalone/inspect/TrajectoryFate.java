package io.sapo.standalone.inspect;

import io.sapo.schemas.Credit;
import io.sapo.schemas.SegmentedTrajectory;
import io.sapo.schemas.Trajectory;
import java.util.Optional;

/**
 * One trajectory and what became of it.
 *
 * @param fate a sentence, such as {@code trained by version 12}
 * @param segmented empty when it never got as far
 * @param credit empty when it was not trained on
 */
public record TrajectoryFate(
    Trajectory trajectory,
    String fate,
    Optional<SegmentedTrajectory> segmented,
    Optional<Credit> credit) {}
