package io.sapo.admin;

import io.sapo.schemas.SegmentedTrajectory;

/** A run with something on every page of the dashboard, hostile text included. */
final class RunToLookAt {
  static final int VERSIONS = 30;

  /** Two a version, a hostile one and a long one. */
  static final int SEGMENTS = 2 * VERSIONS + 2;

  private static final String HOSTILE =
      "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
          + " \u0000\u0007\u001b[31m \u202egnorw daer\u202c \u05e9\u05dc\u05d5\u05dd \ud83d\ude00"
          + "\nStep 2: 4 & 5 < 10\nAnswer: 7";

  private RunToLookAt() {}

  static void fill(SyntheticRun run) {
    long segments = 0;
    run.version(0, 0, 0);
    for (int n = 1; n <= VERSIONS; n++) {
      long from = segments;
      for (int i = 0; i < 2; i++) {
        boolean right = (n + i) % 3 != 0;
        SegmentedTrajectory record =
            run.records.segmented(
                "run-a/" + n + "-" + i,
                "Step 1: A shows 4 and B shows 11.\nStep 2: 11 - 4 = "
                    + (right ? 7 : 8)
                    + ".\nSo B has "
                    + (right ? 7 : 8)
                    + " more apples than A.\nAnswer: "
                    + (right ? 7 : 8),
                n - 1,
                right);
        run.segment(record);
        run.credit(record, n);
        segments++;
      }
      run.version(n, from, segments);
      if (n % 10 == 0) {
        run.evaluation(n, 0.5 + n / 75.0);
      }
    }
    run.segment(run.records.segmented("hostile", HOSTILE, VERSIONS, false));
    run.segment(
        run.records.segmented("long", "So 12 + 30 = 42, and on. ".repeat(10_000), VERSIONS, true));
    run.heartbeats(VERSIONS);
    run.deadLetter(new byte[] {1, 2, 3}, "not-a-record", "unrecognised header bytes");
    run.deadLetter(
        run.topics
            .trajectories()
            .codec()
            .encode(run.records.segmented("d", HOSTILE, 0, false).getTrajectory()),
        "unknown-verifier",
        "no verifier is called '<b>magic</b>'");
    run.commitGroup(run.topics.prefix() + "learner", run.topics.segments().name(), segments);
  }
}
