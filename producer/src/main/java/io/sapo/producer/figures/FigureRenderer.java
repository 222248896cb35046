package io.sapo.producer.figures;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.ImageIO;

/** Draws a figure as a PNG of {@value #WIDTH} by {@value #HEIGHT} pixels. */
final class FigureRenderer {
  static final int WIDTH = 112;
  static final int HEIGHT = 56;

  private static final int COLUMN = WIDTH / Figure.BARS;
  private static final int FOOT = 11;
  private static final int UNIT = (HEIGHT - FOOT) / Figure.MAX_HEIGHT;
  private static final int GAP = 2;

  private FigureRenderer() {}

  static byte[] png(Figure figure) {
    BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
    Graphics2D canvas = image.createGraphics();
    canvas.setColor(Color.WHITE);
    canvas.fillRect(0, 0, WIDTH, HEIGHT);
    for (int i = 0; i < figure.bars().size(); i++) {
      Figure.Bar bar = figure.bars().get(i);
      int height = FOOT + bar.height() * UNIT;
      canvas.setColor(new Color(bar.colour().rgb()));
      canvas.fillRect(i * COLUMN + GAP, HEIGHT - height, COLUMN - 2 * GAP, height);
    }
    canvas.dispose();
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "png", png);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot encode a picture in memory", e);
    }
    return png.toByteArray();
  }
}
