package io.sapo.producer.server;

import io.sapo.policy.profile.CheckpointProfile;
import io.sapo.producer.server.Answer.Span;
import io.sapo.producer.server.Dialect.CompletionRequest;
import io.sapo.producer.server.Dialect.Identity;
import io.sapo.producer.server.ServerClient.Reply;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a server is asked before it is used: what it is, and, for each new version, the first tokens
 * after the probe's prompt. Thread-safe.
 */
final class Handshake {
  private static final Logger log = LoggerFactory.getLogger(Handshake.class);

  /** Digits, a chat's words, several scripts. */
  private static final String SAMPLE_TEXT =
      "What is 30719 + 4.5? Antwort: grün, 猫が好き, naïve café; step-by-step\n\n  <b>ok</b>";

  private final CheckpointProfile profile;
  private final boolean adapters;
  private final int longest;
  private final Probe probe;
  private final ProbeVerdict verdict;
  private final AnswerCheck check;
  private final int candidates;

  /**
   * @param profile stays the caller's
   * @param adapters whether versions are adapters
   * @param longest prompt and response together
   * @param candidates likeliest tokens asked for
   */
  Handshake(
      CheckpointProfile profile,
      boolean adapters,
      int longest,
      Probe probe,
      ProbeVerdict verdict,
      AnswerCheck check,
      int candidates) {
    this.profile = profile;
    this.adapters = adapters;
    this.longest = longest;
    this.probe = probe;
    this.verdict = verdict;
    this.check = check;
    this.candidates = candidates;
  }

  /**
   * Looks at a server that nothing is known of.
   *
   * @throws UnfitServerException saying how to start it, where it does not suit this run
   */
  Identity identify(ServerClient client, Dialect dialect) {
    Identity identity = dialect.identify(client, adapters);
    if (identity.maxTokens() > 0 && identity.maxTokens() < longest) {
      throw new UnfitServerException(
          "it takes %d tokens, prompt and response together may have %d: start it with a greater length (vLLM: --max-model-len %d), or lower model.max-prompt-tokens or model.max-new-tokens"
              .formatted(identity.maxTokens(), longest, longest));
    }
    Optional<int[]> tokens = dialect.tokenize(client, identity, SAMPLE_TEXT);
    int[] own = profile.tokenizer().encode(SAMPLE_TEXT);
    if (tokens.isPresent() && !Arrays.equals(tokens.get(), own)) {
      throw new UnfitServerException(
          "its tokenizer is another one: it makes %s of a text of which %s makes %s; start it on the run's checkpoint"
              .formatted(
                  shown(tokens.get()), profile.folder().tokenizer().getFileName(), shown(own)));
    }
    return identity;
  }

  private static String shown(int[] tokens) {
    int some = Math.min(8, tokens.length);
    return "%d tokens beginning with %s"
        .formatted(tokens.length, Arrays.toString(Arrays.copyOf(tokens, some)));
  }

  /**
   * Lets a server that was given weights show that it samples from them.
   *
   * @param within how long its answer may take
   * @param mayWait whether the probe may have to wait for other responses to end; as long as it
   *     may, it is sent again to a server that is well
   * @return of which distribution it reports log-probabilities
   * @throws DeadlineException when it takes longer
   * @throws UnfitServerException when its answers are not by these weights
   * @throws RefusedAnswerException when they are no answers
   */
  ReportedDistribution prove(
      ServerClient client,
      Dialect dialect,
      Identity identity,
      Publication weights,
      Duration within,
      BooleanSupplier mayWait) {
    while (true) {
      boolean waits = mayWait.getAsBoolean();
      try {
        return prove(client, dialect, identity, weights, within);
      } catch (DeadlineException e) {
        if (!waits || !dialect.healthy(client)) {
          throw e;
        }
        log.warn(
            "inference server {} keeps version {} waiting while responses by older ones are running: start vLLM with --max-loras of at least learner.max-staleness + 2",
            client.address(),
            weights.version());
      }
    }
  }

  private ReportedDistribution prove(
      ServerClient client,
      Dialect dialect,
      Identity identity,
      Publication weights,
      Duration within) {
    CompletionRequest asked =
        new CompletionRequest(
            probe.prompt(),
            probe.sampling(),
            1,
            probe.samples(),
            candidates,
            List.of(),
            Optional.empty(),
            false);
    Reply reply =
        client.call(
            identity.path(), dialect.request(identity, weights, asked), asked.mostBytes(), within);
    if (!reply.ok()) {
      throw new UnfitServerException(
          "it answers a probe with %d: %s".formatted(reply.status(), reply.text()));
    }
    return check(weights, AnswerReader.answers(dialect, identity, weights, reply));
  }

  private ReportedDistribution check(Publication published, List<Answer> answers) {
    if (answers.size() != probe.samples()) {
      throw new RefusedAnswerException(
          "it answers the probe with %d responses, not %d"
              .formatted(answers.size(), probe.samples()));
    }
    for (Answer answer : answers) {
      check.firstPlace(answer);
      for (Span span : answer.versions()) {
        if (!span.version().equals(published.name())) {
          throw new UnfitServerException(
              "it samples from weights called '%s' after it was given '%s'; is it shared with another run?"
                  .formatted(span.version(), published.name()));
        }
      }
    }
    return verdict.check(published, answers);
  }
}
