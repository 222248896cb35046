package io.sapo.segmenter.judge;

import io.sapo.schemas.JudgeRequest;
import io.sapo.verifier.GivenVerdict;
import io.sapo.verifier.Verifier;
import io.sapo.verifier.Verifiers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;

/**
 * Verifiers and judges together, for whoever judges outside the stream and can wait: evaluation and
 * the command line. Judges are reached when they are first asked. Thread-safe.
 */
public final class JudgePanel implements AutoCloseable {
  /** People wait. */
  private static final Duration MOST_PATIENCE = Duration.ofMinutes(10);

  private final Verifiers verifiers;
  private final SortedMap<String, JudgeSettings> settings = new TreeMap<>();
  private final Map<String, JudgeDispatcher> desks = new TreeMap<>();

  /** A judge that gave no verdict. */
  public static final class NoVerdictException extends RuntimeException {
    private static final long serialVersionUID = 1;

    NoVerdictException(String judge, String why) {
      super("judge " + judge + " " + why);
    }
  }

  /**
   * @throws IllegalArgumentException when a judge has the name of a verifier
   */
  public JudgePanel(Verifiers verifiers, List<JudgeSettings> judges) {
    this.verifiers = verifiers.withJudges(judges.stream().map(JudgeSettings::name).toList());
    judges.forEach(judge -> settings.put(judge.name(), judge));
  }

  /** Those of verifiers and of judges. */
  public SortedSet<String> names() {
    return verifiers.names();
  }

  /** Whether a task may name it. */
  public boolean knows(String verifier) {
    return verifiers.find(verifier).isPresent() || !verifiers.judges(verifier).isEmpty();
  }

  /**
   * The verifier of one response, its judges' verdicts included. Fails with a {@link
   * NoVerdictException} where a judge declines, or gives no verdict within its {@code giveUpAfter},
   * ten minutes at most.
   *
   * @param verifier as a task names it
   * @param about the response; which judge is asked does not have to be set
   * @return empty where it is unknown
   */
  public CompletableFuture<Optional<Verifier>> find(String verifier, JudgeRequest.Builder about) {
    SortedSet<String> asked = verifiers.judges(verifier);
    Map<String, GivenVerdict> given = new ConcurrentSkipListMap<>();
    CompletableFuture<?>[] verdicts =
        asked.stream()
            .map(
                judge ->
                    ask(judge, about.setJudge(judge).build())
                        .thenAccept(said -> given.put(judge, said)))
            .toArray(CompletableFuture[]::new);
    return CompletableFuture.allOf(verdicts).thenApply(all -> verifiers.find(verifier, given));
  }

  private CompletableFuture<GivenVerdict> ask(String judge, JudgeRequest request) {
    CompletableFuture<GivenVerdict> verdict = new CompletableFuture<>();
    JudgeDispatcher dispatcher = dispatcher(judge);
    dispatcher.submit(
        request,
        outcome -> {
          if (outcome instanceof Outcome.Judged judged) {
            verdict.complete(GivenVerdict.of(judged.judgement()));
          } else if (outcome instanceof Outcome.Declined declined) {
            verdict.completeExceptionally(
                new NoVerdictException(judge, "will not judge it: " + declined.why()));
          } else if (outcome instanceof Outcome.Failed failed) {
            verdict.completeExceptionally(
                new NoVerdictException(judge, "has failed: " + failed.why()));
          }
        });
    Duration own = settings.get(judge).effort().giveUpAfter();
    long patience = (own.compareTo(MOST_PATIENCE) < 0 ? own : MOST_PATIENCE).toMillis();
    return verdict
        .orTimeout(patience, TimeUnit.MILLISECONDS)
        .exceptionallyCompose(
            problem ->
                CompletableFuture.failedFuture(
                    problem instanceof NoVerdictException
                        ? problem
                        : new NoVerdictException(
                            judge, "gave no verdict in time: " + dispatcher.report().trouble())));
  }

  private synchronized JudgeDispatcher dispatcher(String judge) {
    return desks.computeIfAbsent(judge, name -> JudgeDispatcher.open(settings.get(name)));
  }

  @Override
  public synchronized void close() {
    desks.values().forEach(JudgeDispatcher::close);
  }
}
