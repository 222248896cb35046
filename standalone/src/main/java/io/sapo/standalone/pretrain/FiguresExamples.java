package io.sapo.standalone.pretrain;

import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.network.TokenSequence;
import io.sapo.policy.picture.PictureSettings;
import io.sapo.policy.profile.CheckpointProfile;
import io.sapo.policy.profile.ProfileSettings;
import io.sapo.producer.figures.FiguresTaskSource;
import io.sapo.producer.prompt.PromptBuilder;
import io.sapo.producer.prompt.PromptRefusedException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Figures with written solutions as token sequences; an end-of-text token ends each solution. */
final class FiguresExamples implements AutoCloseable {
  private static final int MAX_PROMPT_TOKENS = 256;

  private final FiguresTaskSource figures;
  private final CheckpointProfile profile;
  private final PromptBuilder prompts;
  private final int endOfText;

  /**
   * @param model its tokenizer and picture settings; weights are not looked at
   */
  FiguresExamples(CheckpointFolder model, FiguresTaskSource figures) {
    this.figures = figures;
    this.endOfText = model.config().eosTokenIds().get(0);
    this.profile = CheckpointProfile.open(model, ProfileSettings.plain());
    this.prompts = new PromptBuilder(profile, MAX_PROMPT_TOKENS, PictureSettings.INLINE);
  }

  /**
   * Every other example describes its picture instead of answering a question: that is how the
   * model learns which colour is called what, without which it does not come to look up a bar by
   * its name.
   */
  List<TokenSequence> take(int count) {
    List<TokenSequence> batch = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      batch.add(example(i % 2 == 0 ? figures.nextSolved() : figures.nextDescribed()));
    }
    return batch;
  }

  private TokenSequence example(FiguresTaskSource.Solved solved) {
    TokenSequence prompt;
    try {
      prompt = prompts.build(solved.task());
    } catch (PromptRefusedException e) {
      throw new IllegalStateException("figures and their model do not fit: " + e.getMessage(), e);
    }
    int[] solution = profile.tokenizer().encode(solved.solution());
    int[] response = Arrays.copyOf(solution, solution.length + 1);
    response[solution.length] = endOfText;
    return new TokenSequence(prompt.promptTokens(), prompt.pictures(), response);
  }

  @Override
  public void close() {
    profile.close();
  }
}
