package io.sapo.pictures;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.List;

/**
 * The picture files that may be read: regular files below the configured folders, links followed
 * before that is decided. A path comes from a record, so from anybody who may write one.
 *
 * @param roots folders; none allows no file
 */
public record PictureFiles(List<Path> roots) {
  private static final String URI_SCHEME = "file:";

  public PictureFiles {
    roots = roots.stream().map(root -> root.toAbsolutePath().normalize()).toList();
  }

  public static PictureFiles none() {
    return new PictureFiles(List.of());
  }

  /**
   * The encoded bytes of a record's picture, which has either bytes or a path.
   *
   * @param inline null for a picture by path
   * @param path null for an inline picture
   * @param sha256 as announced
   * @throws WrongPictureException when the bytes have another hash
   * @throws UnreadablePictureException naming the file and what is wrong with it
   */
  public byte[] verified(ByteBuffer inline, String path, String sha256) {
    if ((inline == null) == (path == null)) {
      throw new UnreadablePictureException("picture must have either bytes or a path");
    }
    byte[] encoded = inline == null ? read(path) : copy(inline);
    String found = PictureHash.of(encoded);
    if (!found.equals(sha256)) {
      throw new WrongPictureException(
          "picture%s announced as %s hashes to %s"
              .formatted(path == null ? "" : " file " + shortened(path), sha256, found));
    }
    return encoded;
  }

  private static byte[] copy(ByteBuffer inline) {
    if (inline.remaining() > PictureLimits.MAX_ENCODED_BYTES) {
      throw new UnreadablePictureException(
          "picture has %d bytes, at most %d are taken"
              .formatted(inline.remaining(), PictureLimits.MAX_ENCODED_BYTES));
    }
    byte[] bytes = new byte[inline.remaining()];
    inline.duplicate().get(bytes);
    return bytes;
  }

  /**
   * The bytes of a picture file.
   *
   * @param name absolute path or {@code file:} URI
   * @throws UnreadablePictureException naming the file and what is wrong with it
   */
  public byte[] read(String name) {
    Path path = path(name);
    try {
      Path real = allowed(path);
      BasicFileAttributes attributes =
          Files.readAttributes(real, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      if (!attributes.isRegularFile()) {
        throw unreadable(path, "is no regular file");
      }
      if (attributes.size() > PictureLimits.MAX_ENCODED_BYTES) {
        throw tooLarge(path, attributes.size());
      }
      return read(path, real, (int) attributes.size());
    } catch (NoSuchFileException e) {
      throw unreadable(path, "does not exist");
    } catch (IOException e) {
      throw new UnreadablePictureException(
          "picture file %s cannot be read: %s"
              .formatted(shortened(path.toString()), shortened(e.toString())),
          e);
    }
  }

  /** Reads one byte more than there was, so that a file that grows is found out. */
  private static byte[] read(Path path, Path real, int size) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(size + 1);
    try (FileChannel channel =
        FileChannel.open(real, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
      while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
        continue;
      }
    }
    if (bytes.position() != size) {
      throw unreadable(path, "changes while it is read");
    }
    return Arrays.copyOf(bytes.array(), size);
  }

  private static Path path(String name) {
    try {
      Path path = name.startsWith(URI_SCHEME) ? Path.of(URI.create(name)) : Path.of(name);
      if (path.isAbsolute()) {
        return path.normalize();
      }
    } catch (IllegalArgumentException | FileSystemNotFoundException e) {
      throw new UnreadablePictureException("picture '" + shortened(name) + "' is no path", e);
    }
    throw new UnreadablePictureException("picture path '" + shortened(name) + "' is not absolute");
  }

  private Path allowed(Path path) throws IOException {
    if (roots.stream().noneMatch(path::startsWith)) {
      throw outside(path);
    }
    Path real = path.toRealPath();
    for (Path root : roots) {
      if (Files.isDirectory(root) && real.startsWith(root.toRealPath())) {
        return real;
      }
    }
    throw outside(path);
  }

  private UnreadablePictureException outside(Path path) {
    return unreadable(
        path,
        roots.isEmpty()
            ? "may not be read: no folders of pictures are configured"
            : "lies outside the folders that pictures are read from, " + roots);
  }

  private static UnreadablePictureException tooLarge(Path path, long size) {
    return unreadable(
        path,
        "has %d bytes, at most %d are taken".formatted(size, PictureLimits.MAX_ENCODED_BYTES));
  }

  private static UnreadablePictureException unreadable(Path path, String why) {
    return new UnreadablePictureException("picture file " + shortened(path.toString()) + " " + why);
  }

  /** A name from a stranger, as messages have it. */
  public static String shortened(String text) {
    return text.length() <= 200 ? text : text.substring(0, 200) + "…";
  }
}
