package io.sapo.policy.network;

import io.sapo.policy.picture.PreparedPicture;
import java.util.List;

/**
 * A square table of learned positions resampled bilinearly to the grids of pictures, so that the
 * corners of a grid lie on the corners of the table: each patch takes a share of the four rows
 * around its place.
 *
 * @param rows [{@value #CORNERS}][patch] rows of the table: above left, above right, below left,
 *     below right
 * @param weights [{@value #CORNERS}][patch] how much the patch takes of each
 */
record TablePositions(long[] rows, float[] weights) {
  static final int CORNERS = 4;

  /** A place between two neighbours of a line of the table, and how far it is from the first. */
  private record Place(int before, int after, float share) {
    /** Where item {@code index} of {@code count} falls on a line of {@code side}. */
    static Place of(long index, int count, int side) {
      if (count == 1) {
        return new Place(0, 0, 0);
      }
      long scaled = index * (side - 1);
      int before = (int) (scaled / (count - 1));
      float share = (float) (scaled % (count - 1)) / (count - 1);
      return new Place(before, Math.min(before + 1, side - 1), share);
    }
  }

  /**
   * @param positions [2][patch] row and column of each patch, picture by picture
   */
  static TablePositions of(List<PreparedPicture> pictures, long[][] positions, int side) {
    int patches = positions[0].length;
    long[] rows = new long[CORNERS * patches];
    float[] weights = new float[CORNERS * patches];
    int patch = 0;
    for (PreparedPicture picture : pictures) {
      int end = patch + picture.patchCount();
      for (; patch < end; patch++) {
        Place row = Place.of(positions[0][patch], picture.gridH(), side);
        Place column = Place.of(positions[1][patch], picture.gridW(), side);
        for (int corner = 0; corner < CORNERS; corner++) {
          boolean below = corner >= 2;
          boolean right = corner % 2 == 1;
          int at = corner * patches + patch;
          rows[at] =
              (long) (below ? row.after() : row.before()) * side
                  + (right ? column.after() : column.before());
          weights[at] =
              (below ? row.share() : 1 - row.share())
                  * (right ? column.share() : 1 - column.share());
        }
      }
    }
    return new TablePositions(rows, weights);
  }
}
