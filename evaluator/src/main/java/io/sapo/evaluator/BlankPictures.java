package io.sapo.evaluator;

import io.sapo.pictures.PictureDecoder;
import io.sapo.pictures.PictureFiles;
import io.sapo.pictures.PictureHash;
import io.sapo.pictures.RgbPicture;
import io.sapo.schemas.Picture;
import io.sapo.schemas.Task;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;

/** The ablation that tells whether a model looks: all pictures white, sizes unchanged. */
final class BlankPictures {
  private BlankPictures() {}

  /**
   * @throws io.sapo.pictures.UnreadablePictureException when a picture cannot be read
   */
  static Task of(Task task, PictureFiles files) throws IOException {
    List<Picture> blank = new ArrayList<>();
    for (Picture picture : task.getPictures()) {
      blank.add(
          blank(
              PictureDecoder.decode(
                  files.verified(picture.getBytes(), picture.getPath(), picture.getSha256()))));
    }
    return Task.newBuilder(task).setPictures(blank).build();
  }

  private static Picture blank(RgbPicture picture) throws IOException {
    int width = picture.width();
    int height = picture.height();
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(Color.WHITE);
    graphics.fillRect(0, 0, width, height);
    graphics.dispose();
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    ImageIO.write(image, "png", png);
    byte[] bytes = png.toByteArray();
    return Picture.newBuilder()
        .setSha256(PictureHash.of(bytes))
        .setBytes(ByteBuffer.wrap(bytes))
        .build();
  }
}
