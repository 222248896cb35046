package io.sapo.verifier;

import io.sapo.schemas.Judgement;
import io.sapo.schemas.PackedArrays;
import java.util.List;

/** What a judge outside the stream has said of one response, in the place of a verifier. */
public final class GivenVerdict implements Verifier {
  private final String judge;
  private final Verdict verdict;
  private final double[] segmentRewards;
  private final String version;
  private final String why;

  /**
   * @param version of the judge, as it named itself
   * @param why its reason; may be empty
   * @param segmentRewards one for each segment, or none
   */
  public GivenVerdict(
      String judge, Verdict verdict, double[] segmentRewards, String version, String why) {
    this.judge = judge;
    this.version = version;
    this.why = why;
    this.verdict = verdict;
    this.segmentRewards = segmentRewards.clone();
  }

  public static GivenVerdict of(Judgement judgement) {
    return new GivenVerdict(
        judgement.getJudge(),
        new Verdict(judgement.getReward(), judgement.getCorrect()),
        PackedArrays.doubles(judgement.getSegmentRewards()),
        judgement.getVersion(),
        judgement.getWhy());
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

  @Override
  public Explanation explain(String response, String reference) {
    String said = why.isEmpty() ? "the judge gives no reason" : why;
    return new Explanation(verdict, "", "", reference, said + " (" + judge + ", " + version + ")");
  }
}
