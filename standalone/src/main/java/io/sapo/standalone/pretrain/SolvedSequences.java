package io.sapo.standalone.pretrain;

import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.network.TokenSequence;
import io.sapo.policy.picture.PictureSettings;
import io.sapo.policy.profile.CheckpointProfile;
import io.sapo.policy.profile.ProfileSettings;
import io.sapo.producer.prompt.PromptBuilder;
import io.sapo.producer.prompt.PromptRefusedException;
import io.sapo.producer.task.SolvedTask;
import java.util.Arrays;

/** Tasks with written solutions as token sequences; an end-of-text token ends each solution. */
final class SolvedSequences implements AutoCloseable {
  private static final int MAX_PROMPT_TOKENS = 256;

  private final CheckpointProfile profile;
  private final PromptBuilder prompts;
  private final int endOfText;

  /**
   * @param model its tokenizer and picture settings; weights are not looked at
   */
  SolvedSequences(CheckpointFolder model) {
    this.endOfText = model.config().eosTokenIds().get(0);
    this.profile = CheckpointProfile.open(model, ProfileSettings.plain());
    this.prompts = new PromptBuilder(profile, MAX_PROMPT_TOKENS, PictureSettings.INLINE);
  }

  TokenSequence of(SolvedTask solved) {
    TokenSequence prompt;
    try {
      prompt = prompts.build(solved.task());
    } catch (PromptRefusedException e) {
      throw new IllegalStateException("tasks and their model do not fit: " + e.getMessage(), e);
    }
    int[] tokens = profile.tokenizer().encode(solved.solution());
    int[] response = Arrays.copyOf(tokens, tokens.length + 1);
    response[tokens.length] = endOfText;
    return new TokenSequence(prompt.promptTokens(), prompt.pictures(), response);
  }

  /** The token that ends a line. */
  int newline() {
    return profile.tokenizer().encode("\n")[0];
  }

  @Override
  public void close() {
    profile.close();
  }
}
