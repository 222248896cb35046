package io.sapo.policy.picture;

import io.sapo.pictures.PictureFiles;

/**
 * How a run takes pictures.
 *
 * @param files where pictures by path may lie
 * @param maxPixels greatest area of a prepared picture; 0 for the checkpoint's own
 */
public record PictureSettings(PictureFiles files, long maxPixels) {
  /** No files, and the checkpoint's own sizes. */
  public static final PictureSettings INLINE = new PictureSettings(PictureFiles.none(), 0);
}
