package io.sapo.admin.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Map;

/**
 * JSON that is written where it is made: columns of a million numbers take ten times their text as
 * a tree.
 */
final class JsonText {
  private static final JsonFactory FACTORY = new JsonFactory();

  private JsonText() {}

  /** Writes fields behind those that are there. */
  interface Fields {
    void write(JsonGenerator json) throws IOException;
  }

  /**
   * An object of small fields and then large ones.
   *
   * @param bytes that it will have, about
   */
  static Buffer object(JsonObject small, int bytes, Fields large) {
    Buffer text = Buffer.buffer(bytes);
    try (JsonGenerator json = FACTORY.createGenerator(into(text))) {
      json.writeStartObject();
      for (Map.Entry<String, Object> field : small) {
        json.writeFieldName(field.getKey());
        json.writeRawValue(Json.encode(field.getValue()));
      }
      large.write(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("memory must be writable", e);
    }
    return text;
  }

  private static OutputStream into(Buffer text) {
    return new OutputStream() {
      @Override
      public void write(int value) {
        text.appendByte((byte) value);
      }

      @Override
      public void write(byte[] bytes, int from, int length) {
        text.appendBytes(bytes, from, length);
      }
    };
  }

  static void column(JsonGenerator json, String name, int[] values) throws IOException {
    json.writeArrayFieldStart(name);
    for (int value : values) {
      json.writeNumber(value);
    }
    json.writeEndArray();
  }

  /** JSON has no NaN and no infinities; they become null. */
  static void column(JsonGenerator json, String name, float[] values) throws IOException {
    json.writeArrayFieldStart(name);
    for (float value : values) {
      if (Float.isFinite(value)) {
        json.writeNumber(value);
      } else {
        json.writeNull();
      }
    }
    json.writeEndArray();
  }

  /** As {@link #column(JsonGenerator, String, float[])}. */
  static void column(JsonGenerator json, String name, double[] values) throws IOException {
    json.writeArrayFieldStart(name);
    for (double value : values) {
      if (Double.isFinite(value)) {
        json.writeNumber(value);
      } else {
        json.writeNull();
      }
    }
    json.writeEndArray();
  }
}
