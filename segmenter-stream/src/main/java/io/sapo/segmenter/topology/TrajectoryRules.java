package io.sapo.segmenter.topology;

import io.sapo.schemas.Ids;
import io.sapo.schemas.PackedArrays;
import io.sapo.schemas.Picture;
import io.sapo.schemas.Sampling;
import io.sapo.schemas.Topic;
import io.sapo.schemas.Trajectory;
import io.sapo.schemas.VersionRun;
import io.sapo.segmenter.cut.ResponseTokens;
import java.nio.ByteBuffer;
import java.util.Optional;

/** What must hold of a decoded trajectory before anything is computed from it. Pure. */
final class TrajectoryRules {
  static final int MAX_PICTURES = 64;

  /** Rounding of a float32 softmax may lift a certain token's log-probability this far. */
  static final float LOG_PROB_SLACK = 1e-3f;

  /** As above, for the entropy of a certain token. */
  static final float ENTROPY_SLACK = 1e-3f;

  private TrajectoryRules() {}

  /**
   * @param key the record's key
   * @return the response's numbers, unpacked
   */
  static ResponseTokens check(byte[] key, Trajectory t) throws RefusedException {
    checkIds(key, t);
    if (t.getGroupSize() < 1 || t.getGroupSize() > SegmenterConfig.MAX_GROUP_SIZE) {
      throw refused(
          Reason.BAD_GROUP_SIZE,
          "groupSize is %d, allowed are 1 to %d"
              .formatted(t.getGroupSize(), SegmenterConfig.MAX_GROUP_SIZE));
    }
    checkSampling(t.getSampling());
    ResponseTokens response = response(t);
    checkVersions(t, response.count());
    checkLossMask(t.getLossMask(), response.count());
    checkPictures(t);
    return response;
  }

  private static void checkIds(byte[] key, Trajectory t) throws RefusedException {
    checkId("trajectoryId", t.getTrajectoryId());
    checkId("groupId", t.getGroupId());
    checkId("taskId", t.getTaskId());
    checkId("producerId", t.getProducerId());
    if (!t.getGroupId().equals(Topic.keyText(key))) {
      throw refused(
          Reason.KEY_MISMATCH,
          "the record's key is '"
              + shortened(Topic.keyText(key))
              + "', its groupId '"
              + t.getGroupId()
              + "'; key trajectories by group id");
    }
  }

  private static void checkId(String field, String id) throws RefusedException {
    Optional<String> fault = Ids.fault(id);
    if (fault.isPresent()) {
      throw refused(Reason.BAD_ID, field + " '" + shortened(id) + "' " + fault.get());
    }
  }

  private static void checkSampling(Sampling s) throws RefusedException {
    boolean sound =
        Double.isFinite(s.getTemperature())
            && s.getTemperature() >= 0
            && s.getTopP() > 0
            && s.getTopP() <= 1
            && s.getTopK() >= 0
            && s.getMaxNewTokens() > 0;
    if (!sound) {
      throw refused(
          Reason.BAD_SAMPLING,
          "temperature must be finite and not negative, topP in (0, 1], topK not negative,"
              + " maxNewTokens positive; found "
              + s);
    }
  }

  private static ResponseTokens response(Trajectory t) throws RefusedException {
    checkTokens("promptTokens", ints("promptTokens", t.getPromptTokens()));
    int[] tokens = ints("responseTokens", t.getResponseTokens());
    checkTokens("responseTokens", tokens);
    int[] charEnds = ints("tokenCharEnds", t.getTokenCharEnds());
    float[] logProbs = floats("logProbs", t.getLogProbs());
    float[] entropies = floats("entropies", t.getEntropies());
    checkLength("tokenCharEnds", charEnds.length, tokens.length);
    checkLength("logProbs", logProbs.length, tokens.length);
    checkLength("entropies", entropies.length, tokens.length);
    checkCharEnds(charEnds, t.getResponseText().length());
    for (int i = 0; i < tokens.length; i++) {
      checkFinite("logProbs", i, logProbs[i]);
      checkFinite("entropies", i, entropies[i]);
      if (logProbs[i] > LOG_PROB_SLACK) {
        throw refused(
            Reason.POSITIVE_LOG_PROB, "logProbs[" + i + "] is " + logProbs[i] + ", above zero");
      }
      if (entropies[i] < -ENTROPY_SLACK) {
        throw refused(
            Reason.NEGATIVE_ENTROPY, "entropies[" + i + "] is " + entropies[i] + ", below zero");
      }
    }
    return new ResponseTokens(t.getResponseText(), charEnds, logProbs, entropies);
  }

  private static void checkTokens(String field, int[] tokens) throws RefusedException {
    if (tokens.length == 0) {
      throw refused(Reason.NO_TOKENS, field + " is empty");
    }
    for (int i = 0; i < tokens.length; i++) {
      if (tokens[i] < 0) {
        throw refused(
            Reason.BAD_TOKEN, field + "[" + i + "] is " + tokens[i] + "; ids start at zero");
      }
    }
  }

  private static void checkLength(String field, int length, int tokens) throws RefusedException {
    if (length != tokens) {
      throw refused(
          Reason.LENGTHS_DISAGREE,
          field + " has " + length + " elements, the response " + tokens + " tokens");
    }
  }

  private static void checkFinite(String field, int i, float value) throws RefusedException {
    if (!Float.isFinite(value)) {
      throw refused(Reason.NOT_FINITE, field + "[" + i + "] is " + value);
    }
  }

  private static void checkCharEnds(int[] charEnds, int textLength) throws RefusedException {
    int previous = 0;
    for (int i = 0; i < charEnds.length; i++) {
      if (charEnds[i] < previous || charEnds[i] > textLength) {
        throw refused(
            Reason.BAD_CHAR_ENDS,
            "tokenCharEnds["
                + i
                + "] is "
                + charEnds[i]
                + "; it must lie between its predecessor, "
                + previous
                + ", and the length of responseText, "
                + textLength);
      }
      previous = charEnds[i];
    }
  }

  private static void checkVersions(Trajectory t, int tokens) throws RefusedException {
    long sum = 0;
    for (VersionRun run : t.getVersions()) {
      if (run.getVersion() < 0 || run.getTokens() < 1) {
        throw refused(
            Reason.BAD_VERSIONS,
            "a run of " + run.getTokens() + " tokens of version " + run.getVersion());
      }
      sum += run.getTokens();
    }
    if (sum != tokens) {
      throw refused(
          Reason.BAD_VERSIONS, "version runs cover " + sum + " tokens, the response has " + tokens);
    }
  }

  private static void checkLossMask(ByteBuffer mask, int tokens) throws RefusedException {
    if (mask == null) {
      return;
    }
    checkLength("lossMask", mask.remaining(), tokens);
    int trained = 0;
    for (int i = mask.position(); i < mask.limit(); i++) {
      byte value = mask.get(i);
      if (value != 0 && value != 1) {
        throw refused(
            Reason.BAD_LOSS_MASK,
            "lossMask[" + (i - mask.position()) + "] is " + value + "; allowed are 0 and 1");
      }
      trained += value;
    }
    if (trained == 0) {
      throw refused(Reason.BAD_LOSS_MASK, "lossMask leaves no token to train");
    }
  }

  private static void checkPictures(Trajectory t) throws RefusedException {
    if (t.getPictures().size() > MAX_PICTURES) {
      throw refused(
          Reason.TOO_LARGE,
          t.getPictures().size() + " pictures; at most " + MAX_PICTURES + " are taken");
    }
    int index = 0;
    for (Picture picture : t.getPictures()) {
      PictureRules.check(index++, picture);
    }
  }

  private static int[] ints(String field, ByteBuffer bytes) throws RefusedException {
    checkWhole(field, bytes);
    return PackedArrays.ints(bytes);
  }

  private static float[] floats(String field, ByteBuffer bytes) throws RefusedException {
    checkWhole(field, bytes);
    return PackedArrays.floats(bytes);
  }

  private static void checkWhole(String field, ByteBuffer bytes) throws RefusedException {
    if (bytes.remaining() % Integer.BYTES != 0) {
      throw refused(
          Reason.LENGTHS_DISAGREE,
          field + " has " + bytes.remaining() + " bytes, which is no whole number of elements");
    }
  }

  private static String shortened(String text) {
    return text.length() <= 100 ? text : text.substring(0, 100) + "…";
  }

  private static RefusedException refused(Reason reason, String detail) {
    return new RefusedException(reason, detail);
  }
}
