package io.sapo.segmenter.verify;

import java.util.List;

/** What a judge outside the stream has said of one response, in the place of a verifier. */
public final class GivenVerdict implements Verifier {
  private final String judge;
  private final Verdict verdict;
  private final double[] segmentRewards;

  /**
   * @param segmentRewards one for each segment, or none
   */
  public GivenVerdict(String judge, Verdict verdict, double[] segmentRewards) {
    this.judge = judge;
    this.verdict = verdict;
    this.segmentRewards = segmentRewards.clone();
  }

  @Override
  public String name() {
    return judge;
  }

  @Override
  public Verdict verify(String response, String reference) {
    return verdict;
  }

  @Override
  public double[] segmentRewards(List<String> segments, String reference) {
    return segmentRewards.clone();
  }
}
