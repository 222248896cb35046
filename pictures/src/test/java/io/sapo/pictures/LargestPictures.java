package io.sapo.pictures;

import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Decodes pictures of the greatest size from two threads; ends with an exception if it cannot. */
public final class LargestPictures {
  private LargestPictures() {}

  public static void main(String[] args) throws Exception {
    List<byte[]> largest =
        List.of(
            Pngs.black(8_000, 8_000, 16, PngFile.RGB_ALPHA, 8 * 8_000),
            Pngs.black(16_000, 4_000, 8, PngFile.GREY, 16_000));
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      for (Future<RgbPicture> decoded :
          threads.invokeAll(
              largest.stream()
                  .<java.util.concurrent.Callable<RgbPicture>>map(
                      png -> () -> PictureDecoder.decode(png))
                  .toList())) {
        decoded.get();
      }
    } finally {
      threads.shutdown();
    }
  }
}
