package io.sapo.standalone.evaluation;

import io.sapo.schemas.Picture;
import io.sapo.schemas.Task;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;

/** The ablation that tells whether a model looks: all pictures white, sizes unchanged. */
final class BlankPictures {
  private static final int MAX_SIDE = 8_192;

  private BlankPictures() {}

  static Task of(Task task) throws IOException {
    List<Picture> blank = new ArrayList<>();
    for (Picture picture : task.getPictures()) {
      blank.add(blank(picture));
    }
    return Task.newBuilder(task).setPictures(blank).build();
  }

  private static Picture blank(Picture picture) throws IOException {
    int[] size = size(picture);
    BufferedImage image = new BufferedImage(size[0], size[1], BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(Color.WHITE);
    graphics.fillRect(0, 0, size[0], size[1]);
    graphics.dispose();
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    ImageIO.write(image, "png", png);
    byte[] bytes = png.toByteArray();
    return Picture.newBuilder().setSha256(sha256(bytes)).setBytes(ByteBuffer.wrap(bytes)).build();
  }

  private static int[] size(Picture picture) throws IOException {
    try (InputStream bytes = open(picture);
        ImageInputStream in = ImageIO.createImageInputStream(bytes)) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
      if (!readers.hasNext()) {
        throw new IOException("a picture is neither PNG nor JPEG");
      }
      ImageReader reader = readers.next();
      try {
        reader.setInput(in);
        int[] size = {reader.getWidth(0), reader.getHeight(0)};
        if (size[0] > MAX_SIDE || size[1] > MAX_SIDE) {
          throw new IOException("a picture has " + size[0] + " x " + size[1] + " pixels");
        }
        return size;
      } finally {
        reader.dispose();
      }
    }
  }

  private static InputStream open(Picture picture) throws IOException {
    if (picture.getBytes() == null) {
      return Files.newInputStream(Path.of(picture.getPath().replaceFirst("^file://", "")));
    }
    byte[] bytes = new byte[picture.getBytes().remaining()];
    picture.getBytes().duplicate().get(bytes);
    return new ByteArrayInputStream(bytes);
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }
}
