package io.sapo.policy.network;

import io.sapo.policy.checkpoint.VisionConfig;
import io.sapo.policy.picture.PreparedPicture;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The patches of a batch's pictures in the order in which the vision tower takes them: picture by
 * picture, frame by frame, attention window by window, in a window row by row of merged squares,
 * and in a square row by row. The squares of a picture stand row by row in {@link PreparedPicture}
 * and among a prompt's image tokens.
 *
 * @param patches [patch · values] in window order
 * @param patchPositions [2][patch] row and column of a patch in its picture
 * @param mergeOrder for each square in picture order, its place in window order
 * @param windows segments of patches that attend to one another in window blocks
 * @param frames the same for blocks that attend over the whole picture
 */
record WindowOrder(
    FloatBuffer patches,
    long[][] patchPositions,
    long[] mergeOrder,
    Segments windows,
    Segments frames) {

  static WindowOrder of(List<PreparedPicture> pictures, VisionConfig vision) {
    return new Builder(pictures, vision).build();
  }

  private static final class Builder {
    private final List<PreparedPicture> pictures;
    private final int merge;
    private final int side;
    private final int values;
    private final FloatBuffer patches;
    private final long[][] positions;
    private final long[] mergeOrder;
    private final int[] windowLengths;
    private final int[] frameLengths;
    private int square;
    private int window;

    Builder(List<PreparedPicture> pictures, VisionConfig vision) {
      this.pictures = pictures;
      this.merge = vision.patches().mergeSize();
      this.side = vision.windowInMergedPatches();
      this.values = vision.patches().values();
      int patchCount = pictures.stream().mapToInt(PreparedPicture::patchCount).sum();
      this.patches = FloatBuffer.allocate(patchCount * values);
      this.positions = new long[2][patchCount];
      this.mergeOrder = new long[patchCount / (merge * merge)];
      this.windowLengths = new int[pictures.stream().mapToInt(this::windowCount).sum()];
      this.frameLengths =
          pictures.stream()
              .flatMapToInt(p -> IntStream.generate(() -> p.gridH() * p.gridW()).limit(p.gridT()))
              .toArray();
    }

    private int windowCount(PreparedPicture picture) {
      return picture.gridT()
          * windowsAlong(picture.gridH() / merge)
          * windowsAlong(picture.gridW() / merge);
    }

    private int windowsAlong(int squares) {
      return (squares + side - 1) / side;
    }

    WindowOrder build() {
      int first = 0;
      for (PreparedPicture picture : pictures) {
        check(picture);
        float[] source = picture.patches();
        int rows = picture.gridH() / merge;
        int columns = picture.gridW() / merge;
        for (int frame = 0; frame < picture.gridT(); frame++) {
          for (int row = 0; row < rows; row += side) {
            for (int column = 0; column < columns; column += side) {
              placeWindow(picture, source, first, frame, row, column);
            }
          }
        }
        first += picture.mergedTokens(merge);
      }
      return new WindowOrder(
          patches.flip(),
          positions,
          mergeOrder,
          Segments.of(windowLengths),
          Segments.of(frameLengths));
    }

    private void check(PreparedPicture picture) {
      if (picture.patchValues() != values
          || picture.gridH() % merge != 0
          || picture.gridW() % merge != 0) {
        throw new IllegalArgumentException(
            "A picture of %d x %d patches with %d values each does not fit the vision tower, which takes %d values a patch and merges squares of %d"
                .formatted(picture.gridH(), picture.gridW(), picture.patchValues(), values, merge));
      }
    }

    private void placeWindow(
        PreparedPicture picture,
        float[] source,
        int first,
        int frame,
        int firstRow,
        int firstColumn) {
      int rows = picture.gridH() / merge;
      int columns = picture.gridW() / merge;
      int lastRow = Math.min(rows, firstRow + side);
      int lastColumn = Math.min(columns, firstColumn + side);
      for (int row = firstRow; row < lastRow; row++) {
        for (int column = firstColumn; column < lastColumn; column++) {
          placeSquare(source, first, (frame * rows + row) * columns + column, row, column);
        }
      }
      windowLengths[window++] = (lastRow - firstRow) * (lastColumn - firstColumn) * merge * merge;
    }

    private void placeSquare(float[] source, int first, int index, int row, int column) {
      int size = merge * merge;
      mergeOrder[first + index] = square;
      patches.put(source, index * size * values, size * values);
      for (int i = 0; i < size; i++) {
        positions[0][square * size + i] = row * merge + i / merge;
        positions[1][square * size + i] = column * merge + i % merge;
      }
      square++;
    }
  }
}
