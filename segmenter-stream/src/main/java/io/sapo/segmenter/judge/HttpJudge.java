package io.sapo.segmenter.judge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sapo.schemas.JudgeRequest;
import io.sapo.schemas.Judgement;
import io.sapo.schemas.PackedArrays;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A service of one's own. It gets {@code {"judge", "requests": [{"id", "task", "prompt",
 * "response", "reference", "segments": […]}]}} and answers {@code {"version", "verdicts": [{"id",
 * "reward", "correct"?, "segments"?: […], "why"?}]}}, in any order; {@code {"id", "error"}}
 * declines one.
 */
final class HttpJudge implements Judge {
  /** A reward beyond this is a mistake; so is what is no number. */
  private static final double MOST_REWARD = 1e6;

  private static final double RIGHT_FROM = 0.5;
  private static final long FIXED_BYTES = 1 << 16;
  private static final long BYTES_PER_RESPONSE = 1 << 14;
  private static final int BYTES_PER_SEGMENT = 32;

  private final JudgeSettings settings;
  private final JsonCalls calls;

  HttpJudge(JudgeSettings settings) {
    this.settings = settings;
    this.calls = new JsonCalls(settings.url(), settings.token(), settings.effort().deadline());
  }

  @Override
  public int batch() {
    return settings.effort().batch();
  }

  @Override
  public CompletableFuture<List<Outcome>> ask(List<JudgeRequest> requests) {
    ObjectNode body = JsonCalls.JSON.createObjectNode().put("judge", settings.name());
    ArrayNode all = body.putArray("requests");
    long most = FIXED_BYTES;
    for (JudgeRequest request : requests) {
      List<String> segments = segments(request);
      most += BYTES_PER_RESPONSE + (long) BYTES_PER_SEGMENT * segments.size();
      ObjectNode one = all.addObject();
      one.put("id", id(request))
          .put("task", request.getTaskId())
          .put("prompt", request.getPrompt())
          .put("response", request.getResponse())
          .put("reference", request.getAnswer());
      segments.forEach(one.putArray("segments")::add);
    }
    return calls.post(body, most).handle((answer, problem) -> outcomes(requests, answer, problem));
  }

  private List<Outcome> outcomes(List<JudgeRequest> requests, JsonNode answer, Throwable problem) {
    if (problem instanceof JsonCalls.CallFailedException failed) {
      return all(requests, failed.outcome());
    }
    String version = answer.path("version").asText("");
    if (!answer.path("version").isTextual() || version.isBlank() || version.length() > 200) {
      return all(requests, Outcome.wrong("its answer has no 'version' of 1 to 200 characters"));
    }
    if (!answer.path("verdicts").isArray()) {
      return all(requests, Outcome.wrong("its answer has no array 'verdicts'"));
    }
    Map<String, JsonNode> byId = new HashMap<>();
    for (JsonNode verdict : answer.path("verdicts")) {
      if (byId.put(verdict.path("id").asText(), verdict) != null) {
        return all(
            requests,
            Outcome.wrong("two verdicts for id " + Texts.line(verdict.path("id").asText(), 100)));
      }
    }
    List<Outcome> outcomes = new ArrayList<>();
    for (JudgeRequest request : requests) {
      JsonNode verdict = byId.remove(id(request));
      outcomes.add(
          verdict == null
              ? Outcome.wrong("no verdict for id " + id(request))
              : outcome(request, version, verdict));
    }
    // Whoever answers what was not asked may have mixed up the rest as well.
    return byId.isEmpty()
        ? outcomes
        : all(
            requests,
            Outcome.wrong(
                "a verdict for id "
                    + Texts.line(byId.keySet().iterator().next(), 100)
                    + ", which was not asked for"));
  }

  private Outcome outcome(JudgeRequest request, String version, JsonNode verdict) {
    if (verdict.path("error").isTextual()) {
      return new Outcome.Declined(Texts.line(verdict.path("error").asText(), 500));
    }
    JsonNode reward = verdict.path("reward");
    if (!isReward(reward)) {
      return Outcome.wrong("'reward' is " + Texts.line(reward.toString(), 50) + ", no number");
    }
    JsonNode correct = verdict.path("correct");
    if (!correct.isMissingNode() && !correct.isBoolean()) {
      return Outcome.wrong("'correct' is " + Texts.line(correct.toString(), 50));
    }
    Optional<double[]> segments = segmentRewards(request, verdict.path("segments"));
    if (segments.isEmpty()) {
      return Outcome.wrong("'segments' is not one number for each segment");
    }
    return new Outcome.Judged(
        Judgement.newBuilder()
            .setJudge(settings.name())
            .setVersion(Texts.line(version, 200))
            .setReward(reward.doubleValue())
            .setCorrect(
                correct.isBoolean() ? correct.booleanValue() : reward.doubleValue() >= RIGHT_FROM)
            .setSegmentRewards(PackedArrays.pack(segments.get()))
            .setWhy(Texts.line(verdict.path("why").asText(""), 1_000))
            .build());
  }

  /** Empty where they are wrong; an empty array where there are none. */
  private static Optional<double[]> segmentRewards(JudgeRequest request, JsonNode given) {
    if (given.isMissingNode() || given.isNull()) {
      return Optional.of(new double[0]);
    }
    int segments = PackedArrays.count(request.getSegmentCharEnds(), Integer.BYTES);
    if (!given.isArray() || given.size() != segments) {
      return Optional.empty();
    }
    double[] rewards = new double[segments];
    for (int i = 0; i < segments; i++) {
      if (!isReward(given.get(i))) {
        return Optional.empty();
      }
      rewards[i] = given.get(i).doubleValue();
    }
    return Optional.of(rewards);
  }

  private static boolean isReward(JsonNode node) {
    return node.isNumber() && Math.abs(node.doubleValue()) <= MOST_REWARD;
  }

  /** The same each time it is asked, so that a service may know a repetition. */
  private static String id(JudgeRequest request) {
    return request.getTrajectoryId();
  }

  private static List<String> segments(JudgeRequest request) {
    ByteBuffer packed = request.getSegmentCharEnds();
    List<String> texts = new ArrayList<>();
    int start = 0;
    for (int end : PackedArrays.ints(packed)) {
      texts.add(request.getResponse().substring(start, end));
      start = end;
    }
    return texts;
  }

  private static List<Outcome> all(List<JudgeRequest> requests, Outcome outcome) {
    return requests.stream().map(request -> outcome).toList();
  }
}
