package io.sapo.producer.task;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.Type;

/**
 * A Parquet row as JSON: structures as objects, lists as arrays in all three ways of writing them,
 * maps as objects, bytes as base64. Bytes without a type are taken as text where they are text, and
 * as a structure with {@code bytes} where not.
 */
final class ParquetJson {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final String BYTES = "bytes";

  private ParquetJson() {}

  static ObjectNode object(Group group) {
    ObjectNode object = NODES.objectNode();
    GroupType type = group.getType();
    for (int field = 0; field < type.getFieldCount(); field++) {
      Type of = type.getType(field);
      int values = group.getFieldRepetitionCount(field);
      if (of.isRepetition(Type.Repetition.REPEATED)) {
        ArrayNode array = object.putArray(of.getName());
        for (int i = 0; i < values; i++) {
          array.add(value(group, field, i));
        }
      } else {
        object.set(of.getName(), values == 0 ? NODES.nullNode() : value(group, field, 0));
      }
    }
    return object;
  }

  private static JsonNode value(Group group, int field, int index) {
    Type type = group.getType().getType(field);
    if (type.isPrimitive()) {
      return primitive(group, field, index);
    }
    Group inner = group.getGroup(field, index);
    LogicalTypeAnnotation annotation = type.getLogicalTypeAnnotation();
    if (annotation instanceof LogicalTypeAnnotation.ListLogicalTypeAnnotation) {
      return list(inner, type.getName());
    }
    boolean map =
        annotation instanceof LogicalTypeAnnotation.MapLogicalTypeAnnotation
            || annotation instanceof LogicalTypeAnnotation.MapKeyValueTypeAnnotation;
    return map ? map(inner) : object(inner);
  }

  /** Parquet's rules for lists of older writers: {@code LogicalTypes.md}, "Lists". */
  private static ArrayNode list(Group list, String name) {
    ArrayNode array = NODES.arrayNode();
    Type repeated = list.getType().getType(0);
    boolean wrapped =
        !repeated.isPrimitive()
            && repeated.asGroupType().getFieldCount() == 1
            && !repeated.getName().equals("array")
            && !repeated.getName().equals(name + "_tuple");
    for (int i = 0; i < list.getFieldRepetitionCount(0); i++) {
      if (wrapped) {
        Group element = list.getGroup(0, i);
        boolean absent = element.getFieldRepetitionCount(0) == 0;
        array.add(absent ? NODES.nullNode() : value(element, 0, 0));
      } else {
        array.add(value(list, 0, i));
      }
    }
    return array;
  }

  private static ObjectNode map(Group map) {
    ObjectNode object = NODES.objectNode();
    for (int i = 0; i < map.getFieldRepetitionCount(0); i++) {
      Group entry = map.getGroup(0, i);
      boolean absent = entry.getType().getFieldCount() < 2 || entry.getFieldRepetitionCount(1) == 0;
      object.set(entry.getValueToString(0, 0), absent ? NODES.nullNode() : value(entry, 1, 0));
    }
    return object;
  }

  private static JsonNode primitive(Group group, int field, int index) {
    Type type = group.getType().getType(field);
    return switch (type.asPrimitiveType().getPrimitiveTypeName()) {
      case BOOLEAN -> NODES.booleanNode(group.getBoolean(field, index));
      case INT32 -> NODES.numberNode(group.getInteger(field, index));
      case INT64 -> NODES.numberNode(group.getLong(field, index));
      case FLOAT -> NODES.numberNode(group.getFloat(field, index));
      case DOUBLE -> NODES.numberNode(group.getDouble(field, index));
      case INT96 -> NODES.textNode(group.getValueToString(field, index));
      case BINARY, FIXED_LEN_BYTE_ARRAY -> bytes(group, field, index);
    };
  }

  private static JsonNode bytes(Group group, int field, int index) {
    Type type = group.getType().getType(field);
    LogicalTypeAnnotation annotation = type.getLogicalTypeAnnotation();
    boolean text =
        annotation instanceof LogicalTypeAnnotation.StringLogicalTypeAnnotation
            || annotation instanceof LogicalTypeAnnotation.JsonLogicalTypeAnnotation
            || annotation instanceof LogicalTypeAnnotation.EnumLogicalTypeAnnotation;
    if (text) {
      return NODES.textNode(group.getBinary(field, index).toStringUsingUTF8());
    }
    if (annotation != null) {
      return NODES.textNode(group.getValueToString(field, index));
    }
    byte[] bytes = group.getBinary(field, index).getBytes();
    if (type.getName().equals(BYTES)) {
      return NODES.binaryNode(bytes);
    }
    try {
      return NODES.textNode(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
    } catch (CharacterCodingException e) {
      return NODES.objectNode().set(BYTES, NODES.binaryNode(bytes));
    }
  }
}
