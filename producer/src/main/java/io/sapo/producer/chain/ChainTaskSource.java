package io.sapo.producer.chain;

import io.sapo.producer.task.OrderedTaskSource;
import io.sapo.producer.task.SeededTasks;
import io.sapo.schemas.RecordCodec;
import io.sapo.schemas.Task;
import java.util.List;
import java.util.Optional;

/**
 * An endless source of chains, a function of split and seed. A tenth of all chains, told by their
 * fingerprint, is held out.
 */
public final class ChainTaskSource implements OrderedTaskSource {
  public static final String NAME = "chain";

  /** Words of solutions, for a tokenizer that gives each a token of its own. */
  public static final List<String> WORDS = List.of("##");

  /** A task with one way of solving it, as supervised training wants it. */
  public record Solved(Task task, String solution) {}

  static {
    RecordCodec.trustRecords();
  }

  private final boolean heldOut;
  private final Lengths lengths;
  private final SeededTasks made;

  public ChainTaskSource(boolean heldOut, long seed, Lengths lengths) {
    this.heldOut = heldOut;
    this.lengths = lengths;
    this.made = new SeededTasks(seed);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Optional<Task> next() {
    return Optional.of(task(draw()));
  }

  @Override
  public void seek(long stretch, int length) {
    made.seek(stretch, length);
  }

  /** The next task with a solution that is right on nine steps in ten. */
  public Solved nextSolved() {
    Chain chain = draw();
    return new Solved(task(chain), ChainSolution.withMistakes(chain, made.random()));
  }

  private Chain draw() {
    return made.draw(random -> Chain.draw(random, lengths), Chain::fingerprint, heldOut);
  }

  private Task task(Chain chain) {
    return Task.newBuilder()
        .setTaskId(
            "chain-%s-%d-%d".formatted(heldOut ? "held-out" : "training", made.seed(), made.next()))
        .setPrompt(chain.prompt())
        .setPictures(List.of())
        .setAnswer(Integer.toString(chain.answer()))
        .setVerifier("gsm8k")
        .setSource(name())
        .build();
  }
}
