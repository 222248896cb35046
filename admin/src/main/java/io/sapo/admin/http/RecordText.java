package io.sapo.admin.http;

import io.sapo.schemas.PackedArrays;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;

/**
 * Any record as JSON for people: packed number arrays as numbers, by the element type that their
 * schema documents; of them, lists and maps only the first of many; other bytes as their size.
 */
final class RecordText {
  private static final int ELEMENTS_SHOWN = 64;

  private RecordText() {}

  static JsonObject of(IndexedRecord record) {
    JsonObject object = new JsonObject();
    for (Schema.Field field : record.getSchema().getFields()) {
      object.put(field.name(), value(record.get(field.pos()), String.valueOf(field.doc())));
    }
    return object;
  }

  private static Object value(Object value, String doc) {
    if (value instanceof IndexedRecord record) {
      return of(record);
    }
    if (value instanceof ByteBuffer bytes) {
      return bytes(bytes, doc);
    }
    if (value instanceof List<?> list) {
      return elements(list.size(), i -> value(list.get(i), doc));
    }
    if (value instanceof Map<?, ?> map) {
      return first(map, doc);
    }
    if (value instanceof Double number && !Double.isFinite(number)) {
      return number.toString();
    }
    return value == null || value instanceof Number || value instanceof Boolean
        ? value
        : value.toString();
  }

  private static JsonObject first(Map<?, ?> map, String doc) {
    TreeMap<String, Object> first = new TreeMap<>();
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      first.put(entry.getKey().toString(), entry.getValue());
      if (first.size() > ELEMENTS_SHOWN) {
        first.pollLastEntry();
      }
    }
    JsonObject object = new JsonObject();
    first.forEach((key, item) -> object.put(key, value(item, doc)));
    return map.size() > ELEMENTS_SHOWN ? object.put("…", map.size() + " in all") : object;
  }

  private static Object bytes(ByteBuffer bytes, String doc) {
    try {
      if (doc.startsWith("int32")) {
        int[] values = PackedArrays.ints(bytes);
        return elements(values.length, i -> values[i]);
      }
      if (doc.startsWith("float32")) {
        float[] values = PackedArrays.floats(bytes);
        return elements(values.length, i -> Float.isFinite(values[i]) ? values[i] : "" + values[i]);
      }
      if (doc.startsWith("float64")) {
        double[] values = PackedArrays.doubles(bytes);
        return elements(
            values.length, i -> Double.isFinite(values[i]) ? values[i] : "" + values[i]);
      }
    } catch (IllegalArgumentException e) {
      return e.getMessage();
    }
    return bytes.remaining() + " bytes";
  }

  private static JsonArray elements(int count, IntFunction<Object> element) {
    JsonArray array = new JsonArray();
    for (int i = 0; i < Math.min(count, ELEMENTS_SHOWN); i++) {
      array.add(element.apply(i));
    }
    return count > ELEMENTS_SHOWN ? array.add("… " + count + " in all") : array;
  }
}
