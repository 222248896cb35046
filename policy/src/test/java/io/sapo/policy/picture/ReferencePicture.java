package io.sapo.policy.picture;

import com.fasterxml.jackson.databind.JsonNode;
import io.sapo.pictures.PictureFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** One file, and what the oracle says about it. */
record ReferencePicture(Path file, JsonNode said) {
  boolean refused() {
    return said.path("transformers").has("error");
  }

  /** Whether it is of a kind that is read here. */
  boolean taken() throws IOException {
    Optional<PictureFormat> format = PictureFormat.of(ByteBuffer.wrap(bytes()));
    return format.isPresent() && !(format.get() == PictureFormat.JPEG && arithmetic());
  }

  private boolean arithmetic() throws IOException {
    byte[] bytes = bytes();
    int at = 2;
    while (at + 4 < bytes.length && (bytes[at + 1] & 0xff) != 0xda) {
      int marker = bytes[at + 1] & 0xff;
      if (marker == 0xc9 || marker == 0xca) {
        return true;
      }
      at += 2 + ((bytes[at + 2] & 0xff) << 8 | bytes[at + 3] & 0xff);
    }
    return false;
  }

  byte[] bytes() throws IOException {
    return Files.readAllBytes(file);
  }

  /** A PNG whose one transparent grey level or colour is given in other than 8 bits. */
  boolean keyed() throws IOException {
    byte[] bytes = bytes();
    boolean png = PictureFormat.of(ByteBuffer.wrap(bytes)).equals(Optional.of(PictureFormat.PNG));
    return png
        && said.path("transparency").asBoolean()
        && bytes[24] != 8
        && (bytes[25] == 0 || bytes[25] == 2);
  }

  int orientation() {
    return said.path("exif_orientation").asInt(1);
  }

  String mode() {
    return said.path("mode").asText();
  }

  @Override
  public String toString() {
    return file.getFileName().toString();
  }
}
