package io.sapo.pictures.vp8;

import java.nio.ByteBuffer;

/** One key frame, decoded. */
public final class KeyFrame {
  private final FrameHeader header;
  private final int columns;
  private final int rows;
  private final Planes planes;
  private final Prediction luma;
  private final Prediction[] chroma;
  private final byte[] filterLevels;
  private final boolean[] filteredInside;

  private KeyFrame(ByteBuffer frame) {
    header = new FrameHeader(frame);
    columns = (header.width + 15) / 16;
    rows = (header.height + 15) / 16;
    planes = new Planes(columns, rows);
    luma = new Prediction(planes.y, planes.stride);
    chroma =
        new Prediction[] {
          new Prediction(planes.u, planes.stride / 2), new Prediction(planes.v, planes.stride / 2)
        };
    filterLevels = new byte[columns * rows];
    filteredInside = new boolean[columns * rows];
  }

  /**
   * The picture's RGB bytes, every {@code step}-th pixel of every {@code step}-th row of it.
   *
   * @param frame content of a WebP's {@code VP8} chunk
   * @throws RuntimeException of many types when the data is damaged
   */
  public static byte[] rgb(ByteBuffer frame, int step) {
    KeyFrame decoded = new KeyFrame(frame);
    decoded.decode();
    if (decoded.header.filtered) {
      decoded.filter();
    }
    return new Colours(decoded.planes, decoded.header.width, decoded.header.height).rgb(step);
  }

  /** Prediction goes on from pixels as they are before the loop filter. */
  private void decode() {
    Modes modes = new Modes(header, columns);
    Coefficients coefficients = new Coefficients(header.coefficients, columns);
    for (int row = 0; row < rows; row++) {
      BoolDecoder in = header.partitions[row % header.partitions.length];
      modes.beginRow();
      coefficients.beginRow();
      for (int column = 0; column < columns; column++) {
        modes.read(column);
        boolean blockwise = modes.luma == Modes.BLOCKWISE;
        boolean changed = false;
        if (modes.skipped) {
          coefficients.skip(column, blockwise);
        } else {
          changed = coefficients.read(in, column, blockwise, header.steps[modes.segment]);
        }
        int level = header.filterLevels[modes.segment];
        level = level + header.filterDeltas[blockwise ? 1 : 0];
        int at = row * columns + column;
        filterLevels[at] = (byte) Math.max(0, Math.min(63, level));
        filteredInside[at] = blockwise || changed;
        reconstruct(modes, coefficients.values, column, row);
      }
    }
  }

  private void reconstruct(Modes modes, int[] values, int column, int row) {
    int left = 16 * column;
    int top = 16 * row;
    if (modes.luma == Modes.BLOCKWISE) {
      int[] right = aboveRight(column, row);
      for (int i = 0; i < 16; i++) {
        int x = left + i % 4 * 4;
        int y = top + i / 4 * 4;
        luma.block(modes.blocks[i], x, y, i % 4 == 3 ? right : above(x + 4, y));
        Transform.add(values, 16 * i, planes.y, y * planes.stride + x, planes.stride);
      }
    } else {
      luma.whole(modes.luma, left, top, 16);
      for (int i = 0; i < 16; i++) {
        int at = (top + i / 4 * 4) * planes.stride + left + i % 4 * 4;
        Transform.add(values, 16 * i, planes.y, at, planes.stride);
      }
    }
    for (int plane = 0; plane < 2; plane++) {
      chroma[plane].whole(modes.chroma, left / 2, top / 2, 8);
      byte[] target = plane == 0 ? planes.u : planes.v;
      int stride = planes.stride / 2;
      for (int i = 0; i < 4; i++) {
        int at = (top / 2 + i / 2 * 4) * stride + left / 2 + i % 2 * 4;
        Transform.add(values, 16 * (16 + 4 * plane + i), target, at, stride);
      }
    }
  }

  private int[] above(int x, int y) {
    int[] above = new int[4];
    for (int i = 0; i < 4; i++) {
      above[i] = y == 0 ? 127 : planes.y[(y - 1) * planes.stride + x + i] & 0xff;
    }
    return above;
  }

  /** Four pixels above the next macroblock, for all four rows of this one's blocks. */
  private int[] aboveRight(int column, int row) {
    if (row > 0 && column == columns - 1) {
      int last = planes.y[(16 * row - 1) * planes.stride + 16 * column + 15] & 0xff;
      return new int[] {last, last, last, last};
    }
    return above(16 * column + 16, 16 * row);
  }

  private void filter() {
    LoopFilter filter = new LoopFilter(header.simpleFilter, header.sharpness);
    for (int i = 0; i < filterLevels.length; i++) {
      if (filterLevels[i] > 0) {
        filter.filter(planes, i % columns, i / columns, filterLevels[i], filteredInside[i]);
      }
    }
  }
}
