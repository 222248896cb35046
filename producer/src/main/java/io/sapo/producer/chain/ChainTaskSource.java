package io.sapo.producer.chain;

import io.sapo.producer.task.GeneratedTaskSource;
import io.sapo.producer.task.Split;
import io.sapo.schemas.Task;
import java.util.List;
import java.util.SplittableRandom;

/** Chains; in a solution nine steps in ten are right. */
public final class ChainTaskSource extends GeneratedTaskSource<Chain> {
  public static final String NAME = "chain";

  /** Words of solutions, for a tokenizer that gives each a token of its own. */
  public static final List<String> WORDS = List.of("##");

  private final Lengths lengths;

  public ChainTaskSource(Split split, long seed, Lengths lengths) {
    super(NAME, split, seed);
    this.lengths = lengths;
  }

  @Override
  protected Chain draw(SplittableRandom random) {
    return Chain.draw(random, lengths);
  }

  @Override
  protected long fingerprint(Chain chain) {
    return chain.fingerprint();
  }

  @Override
  protected String label(Split of) {
    return super.label(of).replace('_', '-');
  }

  @Override
  protected Task task(String id, Chain chain) {
    return Task.newBuilder()
        .setTaskId(id)
        .setPrompt(chain.prompt())
        .setPictures(List.of())
        .setAnswer(Integer.toString(chain.answer()))
        .setVerifier("gsm8k")
        .setSource(name())
        .build();
  }

  @Override
  protected String solution(Chain chain, SplittableRandom random) {
    return ChainSolution.withMistakes(chain, random);
  }
}
