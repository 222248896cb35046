package io.sapo.jinja;

import java.util.List;
import java.util.Map;

/** What a call, filter or test was given. */
record Arguments(List<Object> positional, Map<String, Object> named) {
  static final Arguments NONE = new Arguments(List.of(), Map.of());

  boolean has(int index, String name) {
    return index < positional.size() || named.containsKey(name);
  }

  /** By place or by name; {@code otherwise} where it is not given. */
  Object get(int index, String name, Object otherwise) {
    if (index < positional.size()) {
      return positional.get(index);
    }
    return named.containsKey(name) ? named.get(name) : otherwise;
  }

  Object required(int index, String name) {
    if (!has(index, name)) {
      throw JinjaException.value("missing a required argument: '" + name + "'");
    }
    return get(index, name, null);
  }

  String text(int index, String name, String otherwise) {
    Object value = get(index, name, otherwise);
    if (value == null || value instanceof String) {
      return (String) value;
    }
    throw JinjaException.value(
        "argument '%s' must be str, not %s".formatted(name, Values.typeName(value)));
  }

  int integer(int index, String name, int otherwise) {
    Object value = get(index, name, (long) otherwise);
    if (value == null) {
      return otherwise;
    }
    return Values.index(value);
  }

  boolean flag(int index, String name, boolean otherwise) {
    return Values.truthy(get(index, name, otherwise));
  }

  Arguments without(int first) {
    return new Arguments(
        positional.subList(Math.min(first, positional.size()), positional.size()), named);
  }

  void atMost(int count) {
    if (positional.size() > count) {
      throw JinjaException.value(
          "takes at most %d arguments (%d given)".formatted(count, positional.size()));
    }
  }
}
