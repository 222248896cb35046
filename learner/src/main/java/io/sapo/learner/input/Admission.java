package io.sapo.learner.input;

import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.network.TokenSequence;
import io.sapo.policy.picture.PicturePreprocessor;
import io.sapo.policy.picture.PictureSettings;
import io.sapo.policy.picture.PreparedPicture;
import io.sapo.reading.NowReading;
import io.sapo.schemas.FinishReason;
import io.sapo.schemas.PackedArrays;
import io.sapo.schemas.RecordCodec;
import io.sapo.schemas.RecordFormatException;
import io.sapo.schemas.Sampling;
import io.sapo.schemas.SegmentedTrajectory;
import io.sapo.schemas.Trajectory;
import io.sapo.schemas.VersionRun;
import java.util.List;

/**
 * Decides whether a record of the segments topic can be trained on, from the record alone. The
 * segmenter has checked it before; the learner checks all the same, since what it lets through
 * changes weights. Bad data is a refusal with a reason, never an exception. Thread-safe.
 */
public final class Admission {

  /** Sampling temperatures that can be trained on: at zero there is no distribution. */
  public static final double LEAST_TEMPERATURE = 1e-3;

  public static final double MOST_TEMPERATURE = 1e3;

  /** Finite numbers outside of these are damage too, and would make sums overflow. */
  private static final double MOST_REWARD = 1e6;

  private static final float LEAST_LOG_PROB = -1e4f;
  private static final float MOST_LOG_PROB = 1e-2f;

  private final RecordCodec<SegmentedTrajectory> codec = RecordCodec.of(SegmentedTrajectory.class);
  private final ModelConfig model;
  private final PictureLoader pictures;
  private final int maxSequenceTokens;

  /**
   * @param pictures null for a text-only model
   */
  public Admission(ModelConfig model, PictureLoader pictures, int maxSequenceTokens) {
    this.model = model;
    this.pictures = pictures;
    this.maxSequenceTokens = maxSequenceTokens;
  }

  /**
   * @param settings how pictures are taken
   * @throws io.sapo.policy.checkpoint.InvalidCheckpointException when the model looks at pictures
   *     but the folder does not say how they are prepared
   */
  public static Admission of(
      CheckpointFolder checkpoint, PictureSettings settings, int maxSequenceTokens) {
    ModelConfig model = checkpoint.config();
    PictureLoader pictures =
        PicturePreprocessor.of(checkpoint, settings.maxPixels())
            .map(
                preprocessor ->
                    new PictureLoader(
                        preprocessor, settings.files(), model.imageTokens().orElseThrow().image()))
            .orElse(null);
    return new Admission(model, pictures, maxSequenceTokens);
  }

  /** The same with another limit. */
  public Admission withMaxSequenceTokens(int limit) {
    return new Admission(model, pictures, limit);
  }

  public InputRecord admit(Position position, byte[] value) {
    return NowReading.during("a record of segments at " + position, () -> read(position, value));
  }

  private InputRecord read(Position position, byte[] value) {
    int bytes = value == null ? 0 : value.length;
    InputRecord.Source source = null;
    try {
      SegmentedTrajectory record = codec.decode(value);
      source = InputRecord.Source.of(record.getSourcePartition(), record.getSourceOffset());
      require(source != null, "out-of-range", "a source that is no place in a topic");
      TrainingExample example = example(position, record);
      return InputRecord.admitted(example, bytes + outside(record, example));
    } catch (RecordFormatException e) {
      return InputRecord.refused(position, e.kind().label() + ": " + e.getMessage(), null, bytes);
    } catch (RefusedException e) {
      return InputRecord.refused(position, e.getMessage(), source, bytes);
    }
  }

  /** Bytes of pictures that the record only names. */
  private static long outside(SegmentedTrajectory record, TrainingExample example) {
    long bytes = 0;
    for (int i = 0; i < example.sequence().pictures().size(); i++) {
      if (record.getTrajectory().getPictures().get(i).getPath() != null) {
        bytes += example.sequence().pictures().get(i).heldBytes();
      }
    }
    return bytes;
  }

  private TrainingExample example(Position position, SegmentedTrajectory record)
      throws RefusedException {
    Trajectory trajectory = record.getTrajectory();
    Fields fields = unpack(record);
    int[] response = fields.response();
    checkLengths(fields);
    checkTokens(fields);
    double temperature = trajectory.getSampling().getTemperature();
    require(temperature > 0, "greedy", "sampled at temperature " + temperature);
    require(
        temperature >= LEAST_TEMPERATURE && temperature <= MOST_TEMPERATURE,
        "out-of-range",
        "temperature " + temperature);
    require(
        fields.prompt().length + response.length <= maxSequenceTokens,
        "too-long",
        "%d prompt and %d response tokens, at most %d together"
            .formatted(fields.prompt().length, response.length, maxSequenceTokens));
    checkNumbers(record, fields);
    long startVersion = startVersion(trajectory, response.length);
    return new TrainingExample(
        new TrainingExample.Origin(
            position,
            trajectory.getTrajectoryId(),
            trajectory.getTaskId(),
            record.getSourcePartition(),
            record.getSourceOffset()),
        new TokenSequence(fields.prompt(), preparedPictures(trajectory, fields.prompt()), response),
        sampled(trajectory),
        TrainedTokens.of(fields, trajectory.getVersions()),
        record.getOutcomeReward(),
        record.getCorrect(),
        new TrainingExample.Group(
            trajectory.getGroupSize(),
            record.getGroupCount(),
            record.getGroupMean(),
            record.getGroupStd()),
        startVersion);
  }

  private TrainingExample.Sampled sampled(Trajectory trajectory) throws RefusedException {
    Sampling sampling = trajectory.getSampling();
    int limit = sampling.getMaxNewTokens();
    require(limit > 0, "out-of-range", "a limit of %d new tokens".formatted(limit));
    return new TrainingExample.Sampled(
        sampling.getTemperature(),
        limit,
        trajectory.getFinishReason() == FinishReason.LENGTH,
        sampling.getTopP() >= 1
            && (sampling.getTopK() == 0 || sampling.getTopK() >= model.vocabSize()));
  }

  /** The packed arrays of a record; {@code mask} is null when every token is trained. */
  record Fields(
      int[] prompt,
      int[] response,
      float[] logProbs,
      int[] segmentEnds,
      double[] segmentRewards,
      byte[] mask) {}

  private static Fields unpack(SegmentedTrajectory record) throws RefusedException {
    Trajectory trajectory = record.getTrajectory();
    try {
      byte[] mask = null;
      if (trajectory.getLossMask() != null) {
        mask = new byte[trajectory.getLossMask().remaining()];
        trajectory.getLossMask().duplicate().get(mask);
      }
      return new Fields(
          PackedArrays.ints(trajectory.getPromptTokens()),
          PackedArrays.ints(trajectory.getResponseTokens()),
          PackedArrays.floats(trajectory.getLogProbs()),
          PackedArrays.ints(record.getSegmentEnds()),
          PackedArrays.doubles(record.getSegmentRewards()),
          mask);
    } catch (IllegalArgumentException e) {
      throw new RefusedException("lengths", e.getMessage());
    }
  }

  private static void checkLengths(Fields fields) throws RefusedException {
    int tokens = fields.response().length;
    require(fields.prompt().length > 0, "lengths", "no prompt tokens");
    require(tokens > 0, "lengths", "no response tokens");
    require(
        fields.logProbs().length == tokens,
        "lengths",
        fields.logProbs().length + " log-probabilities for " + tokens + " tokens");
    require(
        fields.mask() == null || fields.mask().length == tokens,
        "lengths",
        "a loss mask of another length than the response");
    int[] ends = fields.segmentEnds();
    require(
        ends.length > 0 && ends.length == fields.segmentRewards().length,
        "lengths",
        ends.length + " segments with " + fields.segmentRewards().length + " rewards");
    int previous = -1;
    for (int end : ends) {
      require(end > previous && end < tokens, "segments", "end " + end + " after " + previous);
      previous = end;
    }
    require(previous == tokens - 1, "segments", "the last ends at " + previous + " of " + tokens);
  }

  private void checkTokens(Fields fields) throws RefusedException {
    for (int[] tokens : List.of(fields.prompt(), fields.response())) {
      for (int token : tokens) {
        require(
            token >= 0 && token < model.vocabSize(),
            "vocabulary",
            "token %d where the model knows %d".formatted(token, model.vocabSize()));
      }
    }
  }

  private static void checkNumbers(SegmentedTrajectory record, Fields fields)
      throws RefusedException {
    for (float logProb : fields.logProbs()) {
      require(Float.isFinite(logProb), "not-finite", "log-probability " + logProb);
      require(
          logProb >= LEAST_LOG_PROB && logProb <= MOST_LOG_PROB,
          "out-of-range",
          "log-probability " + logProb);
    }
    for (double reward : fields.segmentRewards()) {
      checkReward(reward, "segment reward");
    }
    checkReward(record.getOutcomeReward(), "outcome reward");
    checkReward(record.getGroupMean(), "group mean");
    checkReward(record.getGroupStd(), "group deviation");
    require(record.getGroupStd() >= 0, "out-of-range", "group deviation " + record.getGroupStd());
    require(record.getGroupCount() >= 1, "lengths", "a group of " + record.getGroupCount());
  }

  private static void checkReward(double value, String what) throws RefusedException {
    require(Double.isFinite(value), "not-finite", what + " " + value);
    require(Math.abs(value) <= MOST_REWARD, "out-of-range", what + " " + value);
  }

  private static long startVersion(Trajectory trajectory, int tokens) throws RefusedException {
    long counted = 0;
    for (VersionRun run : trajectory.getVersions()) {
      require(run.getTokens() > 0, "lengths", "a version run of " + run.getTokens() + " tokens");
      counted += run.getTokens();
    }
    require(counted == tokens, "lengths", "versions of " + counted + " tokens for " + tokens);
    return trajectory.getVersions().get(0).getVersion();
  }

  private List<PreparedPicture> preparedPictures(Trajectory trajectory, int[] prompt)
      throws RefusedException {
    if (pictures != null) {
      return pictures.load(trajectory.getPictures(), prompt);
    }
    require(trajectory.getPictures().isEmpty(), "pictures", "the model takes none");
    return List.of();
  }

  private static void require(boolean holds, String reason, String detail) throws RefusedException {
    if (!holds) {
      throw new RefusedException(reason, detail);
    }
  }
}
