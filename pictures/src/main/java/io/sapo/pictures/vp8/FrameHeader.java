package io.sapo.pictures.vp8;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** What stands before the macroblocks of a key frame (RFC 6386, section 9). */
final class FrameHeader {
  private static final int SEGMENTS = 4;
  private static final int TAG_BYTES = 10;
  private static final int START_CODE = 0x2A019D;
  private static final int MAX_INDEX = 127;

  /** Of chrominance's DC step. */
  private static final int MAX_CHROMA_INDEX = 117;

  /** Dequantisation steps, each of DC and AC. */
  record Steps(int[] luma, int[] second, int[] chroma) {}

  final int width;
  final int height;

  /** Modes, and what stands in this header. */
  final BoolDecoder first;

  /** Coefficients, the rows of macroblocks taking turns. */
  final BoolDecoder[] partitions;

  final Steps[] steps = new Steps[SEGMENTS];
  final int[] filterLevels = new int[SEGMENTS];
  final int[] segmentProbabilities = {255, 255, 255};
  final int[][][][] coefficients = new int[4][8][3][];

  boolean segmentMap;
  boolean filtered;
  boolean simpleFilter;
  int sharpness;

  /** Of whole-block prediction and of prediction block by block. */
  final int[] filterDeltas = new int[2];

  /** Of a macroblock without coefficients; -1 where none is marked. */
  int skipProbability = -1;

  /**
   * @throws IllegalArgumentException or one of {@link ByteBuffer}'s when the data is damaged
   */
  FrameHeader(ByteBuffer frame) {
    ByteBuffer in = frame.slice().order(ByteOrder.LITTLE_ENDIAN);
    int tag = threeBytes(in, 0);
    if ((tag & 1) != 0 || threeBytes(in, 3) != START_CODE) {
      throw new IllegalArgumentException("not a key frame");
    }
    width = in.getShort(6) & 0x3FFF;
    height = in.getShort(8) & 0x3FFF;
    int firstBytes = tag >> 5;
    first = new BoolDecoder(in.slice(TAG_BYTES, firstBytes));
    first.number(2); // colour space and clamping: neither matters to the pixels
    boolean segmented = first.flag();
    int[] quantizers = new int[SEGMENTS];
    int[] levels = new int[SEGMENTS];
    boolean absolute = segmented && segments(quantizers, levels);
    simpleFilter = first.flag();
    int level = first.number(6);
    filtered = level > 0;
    sharpness = first.number(3);
    if (first.flag()) {
      filterDeltas();
    }
    for (int i = 0; i < SEGMENTS; i++) {
      filterLevels[i] = segmented ? levels[i] + (absolute ? 0 : level) : level;
    }
    partitions = partitions(in, TAG_BYTES + firstBytes, 1 << first.number(2));
    quantizers(segmented, absolute, quantizers);
    first.flag(); // whether probabilities outlast the frame
    coefficients();
    if (first.flag()) {
      skipProbability = first.number(8);
    }
  }

  /** Returns whether the segments' values stand for themselves. */
  private boolean segments(int[] quantizers, int[] levels) {
    segmentMap = first.flag();
    boolean absolute = false;
    if (first.flag()) {
      absolute = first.flag();
      for (int i = 0; i < SEGMENTS; i++) {
        quantizers[i] = first.optional(7);
      }
      for (int i = 0; i < SEGMENTS; i++) {
        levels[i] = first.optional(6);
      }
    }
    for (int i = 0; segmentMap && i < segmentProbabilities.length; i++) {
      segmentProbabilities[i] = first.flag() ? first.number(8) : 255;
    }
    return absolute;
  }

  private void filterDeltas() {
    if (!first.flag()) {
      return;
    }
    int[] deltas = new int[8];
    for (int i = 0; i < deltas.length; i++) {
      deltas[i] = first.optional(6);
    }
    filterDeltas[0] = deltas[0];
    filterDeltas[1] = deltas[0] + deltas[4];
  }

  private static BoolDecoder[] partitions(ByteBuffer in, int at, int count) {
    BoolDecoder[] partitions = new BoolDecoder[count];
    int begin = at + 3 * (count - 1);
    for (int i = 0; i < count; i++) {
      int bytes = i + 1 < count ? threeBytes(in, at + 3 * i) : in.limit() - begin;
      partitions[i] = new BoolDecoder(in.slice(begin, bytes));
      begin += bytes;
    }
    return partitions;
  }

  private void quantizers(boolean segmented, boolean absolute, int[] quantizers) {
    int base = first.number(7);
    int lumaDc = first.optional(4);
    int secondDc = first.optional(4);
    int secondAc = first.optional(4);
    int chromaDc = first.optional(4);
    int chromaAc = first.optional(4);
    for (int i = 0; i < SEGMENTS; i++) {
      int q = segmented ? quantizers[i] + (absolute ? 0 : base) : base;
      steps[i] =
          new Steps(
              new int[] {dc(q + lumaDc, MAX_INDEX), ac(q)},
              new int[] {
                2 * dc(q + secondDc, MAX_INDEX), Math.max(8, ac(q + secondAc) * 155 / 100)
              },
              new int[] {dc(q + chromaDc, MAX_CHROMA_INDEX), ac(q + chromaAc)});
    }
  }

  private static int dc(int index, int most) {
    return Tables.DC_STEPS[Math.max(0, Math.min(most, index))];
  }

  private static int ac(int index) {
    return Tables.AC_STEPS[Math.max(0, Math.min(MAX_INDEX, index))];
  }

  private void coefficients() {
    for (int type = 0; type < 4; type++) {
      for (int band = 0; band < 8; band++) {
        for (int context = 0; context < 3; context++) {
          int[] row = Tables.COEFFICIENTS[type][band][context].clone();
          for (int i = 0; i < row.length; i++) {
            if (first.flag(Tables.COEFFICIENT_UPDATES[type][band][context][i])) {
              row[i] = first.number(8);
            }
          }
          coefficients[type][band][context] = row;
        }
      }
    }
  }

  private static int threeBytes(ByteBuffer in, int at) {
    return (in.getShort(at) & 0xffff) | (in.get(at + 2) & 0xff) << 16;
  }
}
