package io.sapo.segmenter.judge;

import io.sapo.schemas.JudgeRequest;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Asks once, without a retry. Thread-safe. */
interface Judge {
  /** Most requests in one call. */
  int batch();

  /**
   * @return one outcome for each request, in their order; completes within the judge's deadline,
   *     and never exceptionally but for a fault of the program
   */
  CompletableFuture<List<Outcome>> ask(List<JudgeRequest> requests);

  static Judge of(JudgeSettings settings) {
    return settings.rubric().isPresent() ? new ModelJudge(settings) : new HttpJudge(settings);
  }
}
