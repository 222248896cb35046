package io.sapo.segmenter.topology;

/** Names of the topology's nodes and stores; stores' names are part of their topics' names. */
final class Nodes {
  static final String TRAJECTORIES = "trajectories";
  static final String VALIDATE = "validate";
  static final String SEGMENT = "segment";
  static final String VERDICTS = "verdicts";
  static final String JUDGING = "judging";
  static final String JUDGE_REQUESTS = "judge-requests";
  static final String DEDUPLICATE = "deduplicate";
  static final String GROUP = "group";
  static final String SEGMENTS = "segments";
  static final String DEAD_LETTERS = "dead-letters";

  /** Trajectory ids and closed groups, forgotten after the retention. */
  static final String SEEN = "seen";

  /** One entry per group that waits. */
  static final String OPEN_GROUPS = "open-groups";

  /** One entry per rollout of a group that waits. */
  static final String ROLLOUTS = "rollouts";

  /** Trajectories that wait for judges, and verdicts on those that wait for more. */
  static final String HELD = "held";

  private Nodes() {}
}
