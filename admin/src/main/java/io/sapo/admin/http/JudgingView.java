package io.sapo.admin.http;

import io.sapo.admin.run.Explainer;
import io.sapo.schemas.Judgement;
import io.sapo.schemas.SegmentedTrajectory;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Optional;

/** Why a response was judged as it was, and what judges outside the stream said; as JSON. */
final class JudgingView {
  private JudgingView() {}

  /** Null where nothing is known. */
  static JsonObject reasons(Optional<Explainer.Reasons> reasons) {
    return reasons
        .map(
            of ->
                new JsonObject()
                    .put("found", of.found())
                    .put("read", of.read())
                    .put("reference", of.reference())
                    .put("why", of.why())
                    .put("agrees", of.agrees()))
        .orElse(null);
  }

  static JsonArray judgements(SegmentedTrajectory record) {
    JsonArray all = new JsonArray();
    for (Judgement judgement : record.getJudgements()) {
      all.add(
          new JsonObject()
              .put("judge", judgement.getJudge())
              .put("version", judgement.getVersion())
              .put("reward", Replies.number(judgement.getReward()))
              .put("correct", judgement.getCorrect())
              .put("why", judgement.getWhy()));
    }
    return all;
  }
}
