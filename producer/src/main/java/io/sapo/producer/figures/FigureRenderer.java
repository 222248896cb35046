package io.sapo.producer.figures;

import io.sapo.pictures.PictureDecoder;
import io.sapo.pictures.RgbPicture;
import io.sapo.pictures.UnreadablePictureException;
import io.sapo.producer.figures.Figure.Bar;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.imageio.ImageIO;

/** Draws bars as a PNG of {@value #WIDTH} by {@value #HEIGHT} pixels. */
final class FigureRenderer {
  static final int WIDTH = 112;
  static final int HEIGHT = 56;

  private static final int COLUMN = WIDTH / Figure.BARS;
  private static final int FOOT = 11;
  private static final int UNIT = (HEIGHT - FOOT) / Figure.MAX_HEIGHT;
  private static final int GAP = 2;

  private FigureRenderer() {}

  static byte[] png(List<Bar> bars) {
    BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
    Graphics2D canvas = image.createGraphics();
    canvas.setColor(Color.WHITE);
    canvas.fillRect(0, 0, WIDTH, HEIGHT);
    for (int i = 0; i < bars.size(); i++) {
      Bar bar = bars.get(i);
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

  /** The bars of a picture that {@link #png} drew, left to right; of another one as many as fit. */
  static List<Bar> read(byte[] png) {
    RgbPicture picture;
    try {
      picture = PictureDecoder.decode(png);
    } catch (UnreadablePictureException e) {
      return List.of(); // not one of those
    }
    if (picture.width() != WIDTH || picture.height() != HEIGHT) {
      return List.of();
    }
    List<Bar> bars = new ArrayList<>();
    for (int i = 0; i < Figure.BARS; i++) {
      bar(picture, i * COLUMN + COLUMN / 2).ifPresent(bars::add);
    }
    return bars;
  }

  private static Optional<Bar> bar(RgbPicture picture, int x) {
    int colour = rgb(picture, x, HEIGHT - 1);
    int pixels = 0;
    while (pixels < HEIGHT && rgb(picture, x, HEIGHT - 1 - pixels) == colour) {
      pixels++;
    }
    int height = (pixels - FOOT) / UNIT;
    return Arrays.stream(Colour.values())
        .filter(known -> known.rgb() == colour)
        .findFirst()
        .map(known -> new Bar(known, height));
  }

  private static int rgb(RgbPicture picture, int x, int y) {
    int at = 3 * (y * WIDTH + x);
    byte[] rgb = picture.rgb();
    return (rgb[at] & 0xFF) << 16 | (rgb[at + 1] & 0xFF) << 8 | rgb[at + 2] & 0xFF;
  }
}
