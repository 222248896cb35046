package io.sapo.segmenter.judge;

import io.sapo.reading.WholeFile;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A judge outside the stream.
 *
 * @param name by which tasks ask for it, as for a verifier
 * @param url where requests go: the service itself, or the base of an OpenAI-compatible server's
 *     API, such as {@code http://host:8000/v1}
 * @param token sent as a bearer token, where there is one
 * @param rubric how a model judges; empty for a service of one's own
 */
public record JudgeSettings(
    String name, URI url, Token token, Effort effort, Optional<Rubric> rubric) {

  public JudgeSettings {
    if (!List.of("http", "https").contains(url.getScheme()) || url.getHost() == null) {
      throw new IllegalArgumentException(
          "judges." + name + ".url is '" + url + "'; it must be an http or https address");
    }
  }

  /**
   * How hard it is tried.
   *
   * @param batch most responses in one request; a model gets one at a time
   * @param inFlight most requests at a time
   * @param deadline of one request, its answer read whole
   * @param backOff before the second try; doubled with each one up to {@code longestBackOff}
   * @param attempts that may fail on one response while others are judged; then it is a dead letter
   * @param giveUpAfter a response without a verdict is a dead letter, whatever the reason
   */
  public record Effort(
      int batch,
      int inFlight,
      Duration deadline,
      Duration backOff,
      Duration longestBackOff,
      int attempts,
      Duration giveUpAfter) {
    public static final Effort DEFAULT =
        new Effort(
            16,
            4,
            Duration.ofSeconds(60),
            Duration.ofMillis(500),
            Duration.ofSeconds(30),
            5,
            Duration.ofHours(1));

    public Effort {
      if (batch < 1 || inFlight < 1 || attempts < 1) {
        throw new IllegalArgumentException("a judge's batch, in-flight and attempts begin at 1");
      }
    }

    /** Before try number {@code failures + 1}. */
    long backOffNanos(int failures) {
      long longest = longestBackOff.toNanos();
      long base = Math.min(longest, backOff.toNanos());
      int doublings = Math.min(30, Math.max(0, failures - 1));
      return base > longest >> doublings ? longest : base << doublings;
    }
  }

  /**
   * @param model as the server names it
   * @param text what is worth how much, for the model to read
   * @param maxTokens of its answer
   * @param rightFrom a score from which on the response counts as right
   */
  public record Rubric(String model, String text, int maxTokens, double rightFrom) {}

  /** As text, or in a file that is read for every request, so that it can be exchanged. */
  public record Token(Optional<String> text, Optional<Path> file) {
    private static final int MAX_CHARS = 8_192;

    public static final Token NONE = new Token(Optional.empty(), Optional.empty());

    Optional<String> read() throws IOException {
      if (file.isEmpty()) {
        return text;
      }
      return Optional.of(WholeFile.text(file.get(), MAX_CHARS).strip());
    }

    @Override
    public String toString() {
      return file.map(Path::toString).orElse(text.isPresent() ? "(hidden)" : "none");
    }
  }
}
