package io.sapo.admin.http;

import io.sapo.admin.run.DeadLetterEntry;
import io.sapo.schemas.RecordFormatException;
import io.sapo.schemas.Topic;
import io.sapo.schemas.Topics;
import io.vertx.core.json.JsonObject;
import java.util.Arrays;
import java.util.HexFormat;

/** Dead letters as JSON: why they were refused, and what can be made of their bytes. */
final class DeadLetterView {
  private static final int MAX_DECODED_CHARS = 200_000;
  private static final int MAX_HEX_BYTES = 2_048;

  private DeadLetterView() {}

  static JsonObject row(DeadLetterEntry entry) {
    return new JsonObject()
        .put("position", entry.position().toString())
        .put("atMs", entry.atMs())
        .put("key", entry.key())
        .put("bytes", entry.bytes())
        .put("reason", entry.reason())
        .put("detail", entry.detail())
        .put("sourceTopic", entry.sourceTopic())
        .put("sourcePartition", entry.sourcePartition())
        .put("sourceOffset", entry.sourceOffset());
  }

  /**
   * Adds the record as the source topic's codec reads it, or why it cannot, and the first bytes.
   */
  static JsonObject whole(DeadLetterEntry entry, byte[] value, Topics topics) {
    byte[] bytes = value == null ? new byte[0] : value;
    byte[] head = Arrays.copyOf(bytes, Math.min(bytes.length, MAX_HEX_BYTES));
    JsonObject whole =
        row(entry)
            .put("hex", HexFormat.of().formatHex(head))
            .put("hexIsWhole", head.length == bytes.length);
    Topic<?> source =
        topics.typed().stream()
            .filter(topic -> topic.name().equals(entry.sourceTopic()))
            .findFirst()
            .orElse(null);
    if (source == null) {
      return whole.put("decodeError", "the source topic is not one of this run");
    }
    try {
      String decoded = RecordText.of(source.codec().decode(bytes)).encodePrettily();
      boolean fits = decoded.length() <= MAX_DECODED_CHARS;
      return whole
          .put("decoded", fits ? decoded : decoded.substring(0, MAX_DECODED_CHARS))
          .put("decodedIsWhole", fits);
    } catch (RecordFormatException e) {
      return whole.put("decodeError", e.getMessage());
    }
  }
}
