package io.sapo.producer.server;

import io.sapo.policy.generation.GenerationRequest;
import java.util.Arrays;
import java.util.Optional;

/** Whether a server that made the tokens of a prompt itself made those that are trained on. */
final class PromptCheck {
  private static final int MOST_SHOWN_CHARS = 8_000;

  private PromptCheck() {}

  /**
   * Why a response to another prompt cannot be used; empty where it is to the one asked.
   *
   * @throws RefusedAnswerException when the server does not say what it read
   */
  static Optional<String> difference(GenerationRequest request, Answer answer) {
    if (request.prompt().pictures().isEmpty()) {
      return Optional.empty();
    }
    int[] own = request.prompt().promptTokens();
    int[] read =
        answer
            .prompt()
            .orElseThrow(
                () ->
                    new RefusedAnswerException(
                        "it does not say which tokens it made of the prompt"));
    if (Arrays.equals(own, read)) {
      return Optional.empty();
    }
    return Optional.of(
        "it made other tokens of the prompt, from place %d on: %s, not %s; does it run with the checkpoint's chat template and picture settings (vLLM: --mm-processor-kwargs)?"
            .formatted(Arrays.mismatch(own, read), shown(read), shown(own)));
  }

  /** All tokens, a run of one token as token×length. */
  private static String shown(int[] tokens) {
    StringBuilder shown = new StringBuilder("[");
    int end;
    for (int i = 0; i < tokens.length; i = end) {
      end = i + 1;
      while (end < tokens.length && tokens[end] == tokens[i]) {
        end++;
      }
      shown.append(i == 0 ? "" : ", ").append(tokens[i]);
      shown.append(end - i > 1 ? "\u00d7" + (end - i) : "");
      if (shown.length() > MOST_SHOWN_CHARS) {
        return shown.append(", \u2026 (").append(tokens.length).append(" in all)]").toString();
      }
    }
    return shown.append(']').toString();
  }
}
