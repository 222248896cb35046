package io.sapo.verifier;

import java.util.List;

/**
 * Judges responses to one kind of task. Implementations are found by {@link
 * java.util.ServiceLoader}, need a public constructor without arguments, are stateless and
 * thread-safe, and depend on their arguments alone: the same response is always judged alike.
 *
 * <p>A response, however odd, is judged and never an exception: one for which an exception other
 * than {@link ReferenceAnswerException} is thrown becomes a dead letter, and the log says where the
 * bug is. Judging must be quick (it runs inside a Kafka transaction).
 */
public interface Verifier {
  /** The name by which tasks ask for it: lower case, no spaces. */
  String name();

  /**
   * @param response the whole decoded response
   * @param reference the task's reference answer
   * @throws ReferenceAnswerException when the reference is nothing this verifier can judge by
   */
  Verdict verify(String response, String reference);

  /**
   * As {@link #verify}, with what was found as the answer, how it was read and why it is right or
   * not. May be slower; nothing in the stream calls it.
   */
  default Explanation explain(String response, String reference) {
    return new Explanation(
        verify(response, reference), "", "", reference, "the verifier does not say why");
  }

  /**
   * Reward of each segment, added to the outcome reward on the last one; an empty array means none.
   *
   * @param segments the response's text, cut; segments without text are empty strings
   */
  default double[] segmentRewards(List<String> segments, String reference) {
    return new double[0];
  }

  /** This verifier under the given settings; itself when none concerns it. */
  default Verifier configured(VerifierSettings settings) {
    return this;
  }
}
