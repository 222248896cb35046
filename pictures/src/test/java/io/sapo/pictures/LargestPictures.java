package io.sapo.pictures;

import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Decodes pictures of the greatest size from two threads; ends with an exception if it cannot. */
public final class LargestPictures {
  /** 8,192 by 4,096 pixels of one colour, lossless: held whole. */
  private static final String WEBP =
      "5249464620000000574542505650384c140000002fffdfff03e841010ad0ff000000000000000000";

  private LargestPictures() {}

  public static void main(String[] args) throws Exception {
    List<byte[]> largest =
        List.of(
            Pngs.black(8_000, 8_000, 16, PngFile.RGB_ALPHA, 8 * 8_000),
            Pngs.black(16_000, 4_000, 8, PngFile.GREY, 16_000),
            HexFormat.of().parseHex(WEBP),
            HexFormat.of().parseHex(WEBP));
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      for (Future<Integer> decoded :
          threads.invokeAll(
              largest.stream()
                  .<Callable<Integer>>map(picture -> () -> PictureDecoder.decode(picture).width())
                  .toList())) {
        decoded.get();
      }
    } finally {
      threads.shutdown();
    }
  }
}
