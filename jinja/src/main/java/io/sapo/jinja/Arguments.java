package io.sapo.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

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

  /** The same with each value changed. */
  Arguments each(UnaryOperator<Object> change) {
    Map<String, Object> changed = new LinkedHashMap<>();
    named.forEach((name, value) -> changed.put(name, change.apply(value)));
    return new Arguments(
        positional.stream().map(change).collect(Collectors.toCollection(ArrayList::new)), changed);
  }

  String text(int index, String name, String otherwise) {
    Object value = Markup.plain(get(index, name, otherwise));
    if (value == null || value instanceof String) {
      return (String) value;
    }
    throw JinjaException.value(
        "argument '%s' must be str, not %s".formatted(name, Values.typeName(value)));
  }

  int integer(int index, String name, int otherwise) {
    return Values.index(get(index, name, (long) otherwise));
  }

  /** The same where None stands for nothing given. */
  int integerOrNone(int index, String name, int otherwise) {
    Object value = get(index, name, null);
    return value == null ? otherwise : Values.index(value);
  }

  /** A flag of Python's own functions, which take whole numbers alone. */
  boolean builtInFlag(int index, String name) {
    return integer(index, name, 0) != 0;
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
