package io.sapo.learner.algorithm;

/**
 * What the policy is trained towards.
 *
 * @param ratioCut what shares one importance ratio
 * @param oldLogProbs of the policy that the ratio is taken against, one a token
 * @param refLogProbs one a token, or null without a KL term in the loss
 * @param advantages one a token
 * @param entropyBonus what a nat of entropy is worth; 0 for no entropy term
 */
public record PolicyTargets(
    Segmentation ratioCut,
    double[] oldLogProbs,
    double[] refLogProbs,
    double[] advantages,
    double entropyBonus) {

  /** Those of some responses. */
  PolicyTargets select(int[] rows) {
    Ragged tokens = ratioCut.tokens();
    return new PolicyTargets(
        ratioCut.select(rows),
        tokens.gather(oldLogProbs, rows),
        refLogProbs == null ? null : tokens.gather(refLogProbs, rows),
        tokens.gather(advantages, rows),
        entropyBonus);
  }
}
