package io.sapo.pictures;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class JpegTrialTest {
  @Test
  void everyPictureIsDecodedEachToPixelsOfItsOwn() throws Exception {
    Set<String> pixels = new HashSet<>();
    for (String name : List.of("444", "422", "420", "grey")) {
      try (InputStream in = JpegTrial.class.getResourceAsStream("trial-" + name + ".jpg")) {
        RgbPicture picture = PictureDecoder.decode(in.readAllBytes());
        assertThat(List.of(picture.width(), picture.height())).isEqualTo(List.of(40, 24));
        pixels.add(PictureHash.of(picture.rgb()));
      }
    }
    assertThat(pixels).hasSize(4);
    assertThat(JpegTrial.sha256()).hasSize(64).isEqualTo(JpegTrial.sha256());
  }
}
