package io.sapo.producer.task;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Fields of a row by name, dots leading into structures; errors name the field. */
final class RowFields {
  private RowFields() {}

  /**
   * @throws IllegalArgumentException when there is none
   */
  static JsonNode value(JsonNode row, String name) {
    JsonNode value = find(row, name);
    if (value.isMissingNode() || value.isNull()) {
      throw new IllegalArgumentException("'" + name + "' is missing");
    }
    return value;
  }

  static String text(JsonNode row, String name) {
    JsonNode value = find(row, name);
    if (!value.isTextual() && !value.isNumber()) {
      throw new IllegalArgumentException("'" + name + "' is missing or no text");
    }
    return value.asText();
  }

  private static JsonNode find(JsonNode row, String name) {
    JsonNode value = row;
    for (String part : name.split("\\.")) {
      value = value.path(part);
    }
    return value;
  }

  /**
   * A list of pictures, or one, each a path or a structure with {@code bytes} (base64 where the row
   * is JSON) or a {@code path}, as Hugging Face's data sets have them.
   */
  static List<ImageSource> images(JsonNode row, String name) {
    JsonNode value = find(row, name);
    List<ImageSource> images = new ArrayList<>();
    if (value.isArray()) {
      value.forEach(image -> images.add(image(image, name)));
    } else if (value.isObject()) {
      images.add(image(value, name));
    } else if (!value.isMissingNode() && !value.isNull()) {
      throw new IllegalArgumentException("'" + name + "' is no list");
    }
    return images;
  }

  static ImageSource image(JsonNode image, String name) {
    if (image.isTextual()) {
      return new ImageSource(null, image.asText());
    }
    if (image.hasNonNull("bytes")) {
      return new ImageSource(bytes(image.get("bytes"), name), null);
    }
    JsonNode path = image.hasNonNull("image") ? image.get("image") : image.path("path");
    if (path.isObject()) {
      return image(path, name);
    }
    if (!path.isTextual()) {
      throw new IllegalArgumentException(
          "'" + name + "' holds something that is no path and has no bytes");
    }
    return new ImageSource(null, path.asText());
  }

  private static byte[] bytes(JsonNode bytes, String name) {
    if (!bytes.isTextual() && !bytes.isBinary()) {
      throw new IllegalArgumentException(
          "'%s' holds bytes that are a JSON %s; base64 is taken, and bytes of Parquet"
              .formatted(name, bytes.getNodeType().name().toLowerCase(Locale.ROOT)));
    }
    try {
      return bytes.binaryValue();
    } catch (IOException e) {
      throw new IllegalArgumentException("'" + name + "' holds bytes that are no base64", e);
    }
  }
}
