package io.sapo.standalone.run;

import io.sapo.admin.run.Explainer;
import io.sapo.schemas.Judgement;
import io.sapo.schemas.SegmentedTrajectory;
import io.sapo.schemas.Trajectory;
import io.sapo.segmenter.cut.TrainedText;
import io.sapo.verifier.Explanation;
import io.sapo.verifier.GivenVerdict;
import io.sapo.verifier.ReferenceAnswerException;
import io.sapo.verifier.Verifiers;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Explains verdicts by the verifiers of this process; judges outside are not asked again. */
final class VerdictExplainer implements Explainer {
  private final Verifiers verifiers;

  VerdictExplainer(Verifiers verifiers) {
    this.verifiers = verifiers;
  }

  @Override
  public Optional<Reasons> explain(SegmentedTrajectory record) {
    Trajectory trajectory = record.getTrajectory();
    SortedMap<String, GivenVerdict> given = new TreeMap<>();
    for (Judgement judgement : record.getJudgements()) {
      given.put(judgement.getJudge(), GivenVerdict.of(judgement));
    }
    try {
      return verifiers
          .find(trajectory.getVerifier(), given)
          .map(verifier -> verifier.explain(TrainedText.of(trajectory), trajectory.getAnswer()))
          .map(of -> reasons(of, record.getCorrect()));
    } catch (ReferenceAnswerException e) {
      return Optional.of(new Reasons("", "", "", e.getMessage(), false));
    }
  }

  private static Reasons reasons(Explanation of, boolean recorded) {
    return new Reasons(
        of.answer(), of.read(), of.reference(), of.why(), of.verdict().correct() == recorded);
  }
}
