package io.sapo.producer.task;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.sapo.pictures.PictureFiles;
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
   * A list of pictures, or one, each a path, a {@code data:} URI, or a structure with {@code bytes}
   * (base64 where the row is JSON) or a {@code path}, as Hugging Face's data sets have them.
   */
  static List<ImageSource> images(JsonNode row, String name) {
    JsonNode value = find(row, name);
    List<ImageSource> images = new ArrayList<>();
    if (value.isArray()) {
      value.forEach(image -> images.add(image(image, name)));
    } else if (value.isObject() || value.isTextual()) {
      images.add(image(value, name));
    } else if (!value.isMissingNode() && !value.isNull()) {
      throw new IllegalArgumentException("'" + name + "' is no list");
    }
    return images;
  }

  static ImageSource image(JsonNode image, String name) {
    if (image.isTextual()) {
      return named(image.asText(), name);
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
    return named(path.asText(), name);
  }

  /** By a path, or by a {@code data:} URI that holds the picture itself. */
  private static ImageSource named(String text, String name) {
    if (begins(text, "data:")) {
      int comma = text.indexOf(',');
      if (comma < 0 || !text.substring(0, comma).toLowerCase(Locale.ROOT).endsWith(";base64")) {
        throw new IllegalArgumentException(
            "'%s' holds a data URI that is no base64: %s"
                .formatted(name, PictureFiles.shortened(text)));
      }
      return new ImageSource(bytes(new TextNode(text.substring(comma + 1)), name), null);
    }
    if (begins(text, "http:") || begins(text, "https:")) {
      throw new IllegalArgumentException(
          "'%s' holds the address %s; nothing is fetched: download the picture and name its file, or hold its bytes"
              .formatted(name, PictureFiles.shortened(text)));
    }
    return new ImageSource(null, text);
  }

  private static boolean begins(String text, String scheme) {
    return text.regionMatches(true, 0, scheme, 0, scheme.length());
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
