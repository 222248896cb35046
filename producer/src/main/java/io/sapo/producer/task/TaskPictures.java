package io.sapo.producer.task;

import io.sapo.pictures.PictureFiles;
import io.sapo.pictures.PictureHash;
import io.sapo.pictures.PictureStructure;
import io.sapo.pictures.UnreadablePictureException;
import io.sapo.schemas.Picture;
import java.nio.ByteBuffer;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Pictures of a task: files in or below the folder of the file that names them, or bytes of that
 * file. They travel inside the record as long as it stays small, and files as a path after that.
 */
final class TaskPictures {
  /** Of one task's pictures together: a quarter of what a record may hold. */
  static final int MAX_INLINE_BYTES = 4 << 20;

  private final Path folder;
  private final PictureFiles files;

  TaskPictures(Path folder) {
    this.folder = folder.normalize();
    this.files = new PictureFiles(List.of(folder));
  }

  /**
   * @throws UnreadablePictureException naming the picture and what is wrong with it
   */
  List<Picture> load(List<ImageSource> images) {
    List<Picture> pictures = new ArrayList<>();
    long inline = 0;
    for (int i = 0; i < images.size(); i++) {
      ImageSource image = images.get(i);
      Path file = image.bytes() == null ? resolve(image.path()) : null;
      byte[] bytes = file == null ? image.bytes() : files.read(file.toString());
      checkStructure(i, image, bytes);
      Picture.Builder picture = Picture.newBuilder().setSha256(PictureHash.of(bytes));
      if (inline + bytes.length <= MAX_INLINE_BYTES) {
        inline += bytes.length;
        picture.setBytes(ByteBuffer.wrap(bytes));
      } else if (file != null) {
        picture.setPath(file.toString());
      } else {
        throw new UnreadablePictureException(
            "picture %d: more than %d bytes of pictures in one row; make them smaller, or name files"
                .formatted(i, MAX_INLINE_BYTES));
      }
      pictures.add(picture.build());
    }
    return pictures;
  }

  /** What the segmenter would refuse after the work is refused before it. */
  private static void checkStructure(int index, ImageSource image, byte[] bytes) {
    try {
      PictureStructure.check(ByteBuffer.wrap(bytes));
    } catch (UnreadablePictureException e) {
      throw new UnreadablePictureException(
          "picture %s: %s"
              .formatted(
                  image.path() == null ? index : PictureFiles.shortened(image.path()),
                  e.getMessage()),
          e);
    }
  }

  private Path resolve(String path) {
    try {
      return folder.resolve(path).normalize();
    } catch (InvalidPathException e) {
      throw new UnreadablePictureException(
          "picture '" + PictureFiles.shortened(path) + "' is no path", e);
    }
  }
}
