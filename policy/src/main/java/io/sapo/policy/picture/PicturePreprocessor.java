package io.sapo.policy.picture;

import io.sapo.pictures.PictureDecoder;
import io.sapo.pictures.PlainPng;
import io.sapo.pictures.RgbPicture;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.checkpoint.InvalidCheckpointException;
import io.sapo.policy.checkpoint.PatchConfig;
import io.sapo.reading.NowReading;
import java.util.List;
import java.util.Optional;

/**
 * Qwen2-VL's picture pipeline: decode, smart resize, rescale, normalise, cut into patches. Safe for
 * use from several threads.
 */
public final class PicturePreprocessor {
  private static final int CHANNELS = 3;
  private final PictureConfig config;
  private final float[][] normalised;

  public PicturePreprocessor(PictureConfig config) {
    this.config = config;
    this.normalised = normalisedBytes(config);
  }

  /**
   * The preprocessor of a model; empty when it reads text only.
   *
   * @param maxPixels greatest area of a prepared picture; 0 for the checkpoint's own
   * @throws IllegalArgumentException when no picture may be that small
   * @throws InvalidCheckpointException when the folder does not say how pictures are prepared, or
   *     says otherwise than its network takes them
   */
  public static Optional<PicturePreprocessor> of(CheckpointFolder checkpoint, long maxPixels) {
    if (!checkpoint.config().multimodal()) {
      return Optional.empty();
    }
    PictureConfig config = PictureConfig.read(checkpoint.preprocessor());
    PatchConfig patches = checkpoint.config().vision().orElseThrow().patches();
    boolean fits =
        config.patchSize() == patches.size()
            && config.temporalPatchSize() == patches.temporalSize()
            && config.mergeSize() == patches.mergeSize();
    if (!fits) {
      throw new InvalidCheckpointException(
          ("%s: patches of %d x %d pixels and %d frames, merged %d by %d, do not fit the vision tower"
                  + " of config.json, which takes %d x %d, %d and %d by %d")
              .formatted(
                  checkpoint.preprocessor(),
                  config.patchSize(),
                  config.patchSize(),
                  config.temporalPatchSize(),
                  config.mergeSize(),
                  config.mergeSize(),
                  patches.size(),
                  patches.size(),
                  patches.temporalSize(),
                  patches.mergeSize(),
                  patches.mergeSize()));
    }
    return Optional.of(
        new PicturePreprocessor(maxPixels == 0 ? config : config.withMaxPixels(maxPixels)));
  }

  /** The network's input for each channel and byte value; every step in float32, as in numpy. */
  private static float[][] normalisedBytes(PictureConfig config) {
    float[][] table = new float[CHANNELS][256];
    for (int channel = 0; channel < CHANNELS; channel++) {
      float mean = config.mean().get(channel).floatValue();
      float std = config.std().get(channel).floatValue();
      for (int value = 0; value < 256; value++) {
        table[channel][value] = ((float) (value * config.rescaleFactor()) - mean) / std;
      }
    }
    return table;
  }

  public PictureConfig config() {
    return config;
  }

  /** Tokens a prepared picture takes up in a prompt. */
  public int tokens(PreparedPicture picture) {
    return picture.mergedTokens(config.mergeSize());
  }

  /**
   * Prepares an encoded picture. It is decoded once, so that it can be again, and kept encoded.
   *
   * @param encoded the prepared picture's from now on
   * @throws io.sapo.pictures.UnreadablePictureException with the reason, when the bytes are no
   *     picture, are damaged or exceed the limits
   */
  public PreparedPicture prepare(byte[] encoded) {
    SmartResize size = size(decode(encoded));
    return PreparedPicture.deferred(
        1,
        size.height() / config.patchSize(),
        size.width() / config.patchSize(),
        patchValues(),
        encoded,
        () -> prepare(decode(encoded)).patches());
  }

  /**
   * An encoded picture for a pipeline of the same settings in another process: the pixels that
   * {@link #prepare(byte[])} cuts into patches, in a form that every reader decodes alike and no
   * such pipeline resizes again. Its bytes are bounded by the tokens it takes up.
   *
   * @return the same bytes where they are of that form already
   * @throws io.sapo.pictures.UnreadablePictureException as {@link #prepare(byte[])} does
   */
  public byte[] plain(byte[] encoded) {
    RgbPicture decoded = decode(encoded);
    SmartResize size = size(decoded);
    // Of very thin pictures the prepared size would be resized once more.
    RgbPicture sent =
        size.lasts(factor(), config.minPixels(), config.maxPixels())
            ? BicubicResize.resize(decoded, size.width(), size.height())
            : decoded;
    return sent == decoded && PlainPng.is(encoded, decoded) ? encoded : PlainPng.of(sent);
  }

  private static RgbPicture decode(byte[] encoded) {
    return NowReading.during(
        "a picture of " + encoded.length + " bytes", () -> PictureDecoder.decode(encoded));
  }

  /** Prepares a decoded picture. */
  public PreparedPicture prepare(RgbPicture picture) {
    SmartResize size = size(picture);
    return patches(BicubicResize.resize(picture, size.width(), size.height()));
  }

  private SmartResize size(RgbPicture picture) {
    return SmartResize.of(
        picture.height(), picture.width(), factor(), config.minPixels(), config.maxPixels());
  }

  private int factor() {
    return config.patchSize() * config.mergeSize();
  }

  private int patchValues() {
    return CHANNELS * config.temporalPatchSize() * config.patchSize() * config.patchSize();
  }

  /**
   * Patches in the order (row of merged patches, column, row inside, column inside), each laid out
   * as (channel, frame, y, x). A still picture fills every frame of the temporal patch.
   */
  private PreparedPicture patches(RgbPicture picture) {
    int patch = config.patchSize();
    int gridH = picture.height() / patch;
    int gridW = picture.width() / patch;
    float[] values = new float[gridH * gridW * patchValues()];
    int next = 0;
    for (int[] origin : patchOrder(gridH, gridW)) {
      for (int channel = 0; channel < CHANNELS; channel++) {
        for (int frame = 0; frame < config.temporalPatchSize(); frame++) {
          next = copyPatch(picture, origin, channel, values, next);
        }
      }
    }
    return new PreparedPicture(1, gridH, gridW, values);
  }

  private List<int[]> patchOrder(int gridH, int gridW) {
    int merge = config.mergeSize();
    int[][] order = new int[gridH * gridW][];
    for (int i = 0; i < order.length; i++) {
      int inside = i % (merge * merge);
      int block = i / (merge * merge);
      int row = block / (gridW / merge) * merge + inside / merge;
      int column = block % (gridW / merge) * merge + inside % merge;
      order[i] = new int[] {row * config.patchSize(), column * config.patchSize()};
    }
    return List.of(order);
  }

  private int copyPatch(RgbPicture picture, int[] origin, int channel, float[] values, int at) {
    int next = at;
    for (int y = origin[0]; y < origin[0] + config.patchSize(); y++) {
      int pixel = CHANNELS * (y * picture.width() + origin[1]) + channel;
      for (int x = 0; x < config.patchSize(); x++) {
        values[next++] = normalised[channel][picture.rgb()[pixel + CHANNELS * x] & 0xff];
      }
    }
    return next;
  }
}
