package io.sapo.pictures.vp8;

/** Smooths the edges of macroblocks and of the blocks in them (RFC 6386, section 15). */
final class LoopFilter {
  private final boolean simple;
  private final int sharpness;

  private int edge;
  private int limit;
  private int inner;
  private int variance;

  LoopFilter(boolean simple, int sharpness) {
    this.simple = simple;
    this.sharpness = sharpness;
  }

  /**
   * All edges of one macroblock, those around it towards what has been filtered before.
   *
   * @param level 1 to 63
   * @param blocks whether the edges inside are filtered too
   */
  void filter(Planes planes, int column, int row, int level, boolean blocks) {
    strengths(level);
    macroblock(planes.y, planes.stride, 16 * column, 16 * row, 16, blocks);
    if (!simple) {
      macroblock(planes.u, planes.stride / 2, 8 * column, 8 * row, 8, blocks);
      macroblock(planes.v, planes.stride / 2, 8 * column, 8 * row, 8, blocks);
    }
  }

  private void strengths(int level) {
    int interior = sharpness > 0 ? level >> (sharpness > 4 ? 2 : 1) : level;
    interior = sharpness > 0 ? Math.min(interior, 9 - sharpness) : interior;
    limit = Math.max(1, interior);
    inner = 2 * (2 * level + limit) + 1;
    edge = inner + 8;
    variance = level >= 40 ? 2 : level >= 15 ? 1 : 0;
  }

  private void macroblock(byte[] p, int stride, int left, int top, int size, boolean blocks) {
    int at = top * stride + left;
    if (left > 0) {
      edge(p, at, 1, stride, size, true);
    }
    for (int x = 4; blocks && x < size; x += 4) {
      edge(p, at + x, 1, stride, size, false);
    }
    if (top > 0) {
      edge(p, at, stride, 1, size, true);
    }
    for (int y = 4; blocks && y < size; y += 4) {
      edge(p, at + y * stride, stride, 1, size, false);
    }
  }

  /**
   * @param across from one side of the edge to the other
   * @param along from one pixel of the edge to the next
   */
  private void edge(byte[] p, int begin, int across, int along, int size, boolean outer) {
    int most = outer ? edge : inner;
    for (int i = 0, at = begin; i < size; i++, at += along) {
      int p1 = p[at - 2 * across] & 0xff;
      int p0 = p[at - across] & 0xff;
      int q0 = p[at] & 0xff;
      int q1 = p[at + across] & 0xff;
      if (4 * Math.abs(p0 - q0) + Math.abs(p1 - q1) > most) {
        continue;
      }
      if (simple) {
        two(p, at, across);
      } else if (smooth(p, at, across)) {
        boolean varies = Math.abs(p1 - p0) > variance || Math.abs(q1 - q0) > variance;
        if (varies) {
          two(p, at, across);
        } else if (outer) {
          six(p, at, across);
        } else {
          four(p, at, across);
        }
      }
    }
  }

  /** Whether no step beside the edge is greater than the limit. */
  private boolean smooth(byte[] p, int at, int across) {
    for (int i = -4; i < 3; i++) {
      boolean overEdge = i == -1;
      int step = (p[at + i * across] & 0xff) - (p[at + (i + 1) * across] & 0xff);
      if (!overEdge && Math.abs(step) > limit) {
        return false;
      }
    }
    return true;
  }

  private static void two(byte[] p, int at, int across) {
    int p1 = p[at - 2 * across] & 0xff;
    int p0 = p[at - across] & 0xff;
    int q0 = p[at] & 0xff;
    int q1 = p[at + across] & 0xff;
    int a = 3 * (q0 - p0) + signed(p1 - q1);
    p[at - across] = Transform.clamped(p0 + fifth((a + 3) >> 3));
    p[at] = Transform.clamped(q0 - fifth((a + 4) >> 3));
  }

  private static void four(byte[] p, int at, int across) {
    int p0 = p[at - across] & 0xff;
    int q0 = p[at] & 0xff;
    int a = 3 * (q0 - p0);
    int a1 = fifth((a + 4) >> 3);
    int a2 = fifth((a + 3) >> 3);
    int a3 = (a1 + 1) >> 1;
    add(p, at - 2 * across, a3);
    p[at - across] = Transform.clamped(p0 + a2);
    p[at] = Transform.clamped(q0 - a1);
    add(p, at + across, -a3);
  }

  private static void six(byte[] p, int at, int across) {
    int p1 = p[at - 2 * across] & 0xff;
    int p0 = p[at - across] & 0xff;
    int q0 = p[at] & 0xff;
    int q1 = p[at + across] & 0xff;
    int a = signed(3 * (q0 - p0) + signed(p1 - q1));
    for (int i = 0; i < 3; i++) {
      int change = (9 * (3 - i) * a + 63) >> 7;
      add(p, at - (i + 1) * across, change);
      add(p, at + i * across, -change);
    }
  }

  private static void add(byte[] p, int at, int change) {
    p[at] = Transform.clamped((p[at] & 0xff) + change);
  }

  private static int signed(int value) {
    return Math.max(-128, Math.min(127, value));
  }

  private static int fifth(int value) {
    return Math.max(-16, Math.min(15, value));
  }
}
