package io.sapo.producer.server;

import io.sapo.policy.generation.Generation;
import io.sapo.policy.generation.GenerationRequest;
import io.sapo.producer.server.Answer.Span;
import io.sapo.producer.server.Dialect.Identity;
import io.sapo.producer.server.InferenceServer.Asked;
import io.sapo.producer.server.ServerClient.Reply;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the reply to a generation request; where it is no response, tells a bad request from a
 * faulty or absent server. Thread-safe.
 */
final class AnswerReader {
  private static final Logger log = LoggerFactory.getLogger(AnswerReader.class);

  private final AnswerCheck check;
  private final Function<String, Optional<Long>> versions;

  /**
   * @param versions by the names that this run has given weights
   */
  AnswerReader(AnswerCheck check, Function<String, Optional<Long>> versions) {
    this.check = check;
    this.versions = versions;
  }

  /** See {@link AnswerCheck#mayBegin}. */
  boolean mayBegin(int[] tokens) {
    return check.mayBegin(tokens);
  }

  /** How an answer is taken. */
  sealed interface Reading {
    record Generated(Generation generation, List<String> names) implements Reading {}

    /** The answer is at fault. */
    record Refused(String reason) implements Reading {}

    /** The stop texts are at fault, or what the server makes of them. */
    record OtherStop(String reason) implements Reading {}

    /** The prompt is at fault, or what the server makes of prompts. */
    record OtherPrompt(String reason) implements Reading {}

    /** The server is at fault. */
    record Failed(String reason) implements Reading {}

    /** The server is away. */
    record Away(String reason) implements Reading {}
  }

  /**
   * @param reply null where there is none
   * @param problem why there is no reply, else null
   */
  Reading read(
      Dialect dialect, Asked asked, GenerationRequest request, Reply reply, Throwable problem) {
    if (problem != null) {
      Throwable cause = problem instanceof CompletionException ? problem.getCause() : problem;
      if (cause instanceof RefusedAnswerException) {
        return new Reading.Refused(cause.getMessage());
      }
      // Counted: one request that ends every server it comes to would be sent to them for ever.
      return cause instanceof DeadlineException || cause instanceof LostConnectionException
          ? new Reading.Failed(cause.getMessage())
          : new Reading.Away(String.valueOf(cause.getMessage()));
    }
    if (!reply.ok()) {
      String answer = "it answers %d: %s".formatted(reply.status(), reply.text());
      boolean request400 = reply.status() == 400 || reply.status() == 413 || reply.status() == 422;
      return request400 ? new Reading.Refused(answer) : new Reading.Failed(answer);
    }
    try {
      List<Answer> answers = answers(dialect, asked.identity(), asked.weights(), reply);
      if (answers.size() != 1) {
        return new Reading.Refused("the answer has %d responses".formatted(answers.size()));
      }
      Answer answer = answers.get(0);
      Optional<String> stranger = stranger(answer);
      if (stranger.isPresent()) {
        return new Reading.Failed(
            "it samples from weights called '%s', which are not this run's; was it restarted, or is it shared?"
                .formatted(stranger.get()));
      }
      Optional<String> difference = PromptCheck.difference(request, answer);
      if (difference.isPresent()) {
        return new Reading.OtherPrompt(difference.get());
      }
      Generation generation = check.generation(request, answer, versions);
      return new Reading.Generated(
          generation, answer.versions().stream().map(Span::version).distinct().toList());
    } catch (OtherStopException e) {
      return new Reading.OtherStop(e.getMessage());
    } catch (RefusedAnswerException e) {
      return new Reading.Refused(e.getMessage());
    } catch (RuntimeException e) {
      return new Reading.Refused(unreadable(e).getMessage());
    }
  }

  /**
   * The responses of a reply.
   *
   * @throws RefusedAnswerException when it cannot be read, whatever it holds
   */
  static List<Answer> answers(
      Dialect dialect, Identity identity, Publication weights, Reply reply) {
    try {
      return dialect.answers(identity, weights, reply.json());
    } catch (RefusedAnswerException e) {
      throw e;
    } catch (RuntimeException e) {
      throw unreadable(e);
    }
  }

  /** What a stranger's answer does to code that reads it is the answer's fault. */
  static RefusedAnswerException unreadable(Throwable cause) {
    log.warn("a server's answer cannot be read", cause);
    return new RefusedAnswerException("the answer cannot be read: " + cause, cause);
  }

  private Optional<String> stranger(Answer answer) {
    return answer.versions().stream()
        .map(Span::version)
        .filter(name -> versions.apply(name).isEmpty())
        .findFirst();
  }
}
