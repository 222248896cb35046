package io.sapo.pictures.vp8;

import java.util.Arrays;

/** How each macroblock is predicted (RFC 6386, section 11), read row by row. */
final class Modes {
  static final int DC = 0;
  static final int TRUE_MOTION = 1;
  static final int VERTICAL = 2;
  static final int HORIZONTAL = 3;

  /** Each block of its own. */
  static final int BLOCKWISE = 4;

  private static final int SKIPS = 145;

  /** A pair for each node: the next node, or a mode's complement. */
  private static final int[] BLOCK_TREE = {
    ~0, 2, ~1, 4, ~2, 6, 8, 12, ~3, 10, ~5, ~6, ~4, 14, ~7, 16, ~8, ~9
  };

  private final FrameHeader header;
  private final int[] above;
  private final int[] left = new int[4];

  int segment;
  boolean skipped;
  int luma;
  int chroma;

  /** Of each of 16 blocks, where {@link #luma} is {@link #BLOCKWISE}. */
  final int[] blocks = new int[16];

  Modes(FrameHeader header, int macroblocks) {
    this.header = header;
    this.above = new int[4 * macroblocks];
  }

  void beginRow() {
    Arrays.fill(left, DC);
  }

  void read(int column) {
    BoolDecoder in = header.first;
    if (header.segmentMap) {
      int[] p = header.segmentProbabilities;
      segment = in.flag(p[0]) ? 2 + in.bit(p[2]) : in.bit(p[1]);
    }
    skipped = header.skipProbability >= 0 && in.flag(header.skipProbability);
    if (in.flag(SKIPS)) {
      luma = in.flag(156) ? in.flag(128) ? TRUE_MOTION : HORIZONTAL : in.flag(163) ? VERTICAL : DC;
      Arrays.fill(left, luma);
      Arrays.fill(above, 4 * column, 4 * column + 4, luma);
    } else {
      luma = BLOCKWISE;
      readBlocks(in, 4 * column);
    }
    chroma =
        !in.flag(142) ? DC : !in.flag(114) ? VERTICAL : in.flag(183) ? TRUE_MOTION : HORIZONTAL;
  }

  private void readBlocks(BoolDecoder in, int column) {
    for (int y = 0; y < 4; y++) {
      for (int x = 0; x < 4; x++) {
        int[] probabilities = Tables.BLOCK_MODES[above[column + x]][left[y]];
        int node = 0;
        do {
          node = BLOCK_TREE[node + in.bit(probabilities[node >> 1])];
        } while (node > 0);
        blocks[4 * y + x] = left[y] = above[column + x] = ~node;
      }
    }
  }
}
