package io.sapo.policy.picture;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A small safetensors file whose tensors are bytes, float32 or int64. */
final class ReferenceTensors {
  private final JsonNode header;
  private final ByteBuffer data;

  private ReferenceTensors(JsonNode header, ByteBuffer data) {
    this.header = header;
    this.data = data;
  }

  static ReferenceTensors read(Path file) throws IOException {
    ByteBuffer all = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    byte[] header = new byte[(int) all.getLong()];
    all.get(header);
    return new ReferenceTensors(
        new ObjectMapper().readTree(new String(header, StandardCharsets.UTF_8)), all.slice());
  }

  boolean has(String name) {
    return header.has(name);
  }

  int size(String name, int axis) {
    return header.get(name).get("shape").get(axis).asInt();
  }

  byte[] bytes(String name) {
    ByteBuffer buffer = buffer(name);
    byte[] values = new byte[buffer.remaining()];
    buffer.get(values);
    return values;
  }

  float[] floats(String name) {
    ByteBuffer buffer = buffer(name);
    float[] values = new float[buffer.remaining() / Float.BYTES];
    buffer.asFloatBuffer().get(values);
    return values;
  }

  long[] longs(String name) {
    ByteBuffer buffer = buffer(name);
    long[] values = new long[buffer.remaining() / Long.BYTES];
    buffer.asLongBuffer().get(values);
    return values;
  }

  private ByteBuffer buffer(String name) {
    JsonNode offsets = header.get(name).get("data_offsets");
    int begin = offsets.get(0).asInt();
    return data.slice(begin, offsets.get(1).asInt() - begin).order(ByteOrder.LITTLE_ENDIAN);
  }
}
