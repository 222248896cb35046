package io.sapo.jinja;

import io.sapo.jinja.Sequences.Generator;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Python's rules of iteration and length: a text's characters, a dictionary's keys. */
final class Elements {
  private Elements() {}

  static boolean iterable(Object value) {
    return Markup.textOf(value) != null
        || value instanceof Map
        || value instanceof Iterable
        || value instanceof Undefined;
  }

  @SuppressWarnings("unchecked")
  static Iterator<Object> iterate(Object given) {
    Object value = Markup.plain(given);
    Object elements = value instanceof String text ? PyText.characters(text) : value;
    if (elements instanceof Map<?, ?> map) {
      return (Iterator<Object>) map.keySet().iterator();
    }
    if (elements instanceof Iterable<?> each) {
      return (Iterator<Object>) each.iterator();
    }
    if (value instanceof Undefined) {
      return List.of().iterator();
    }
    throw JinjaException.value("'%s' object is not iterable".formatted(Values.typeName(value)));
  }

  /** All elements in a list of its own. */
  static List<Object> list(Object value, Budget budget) {
    budget.makeList(value instanceof Generator ? 0 : length(value));
    List<Object> elements = new ArrayList<>();
    for (Iterator<Object> left = iterate(value); left.hasNext(); ) {
      budget.work(1);
      elements.add(left.next());
    }
    return elements;
  }

  static int length(Object given) {
    Object value = Markup.plain(given);
    if (value instanceof String text) {
      return text.codePointCount(0, text.length());
    }
    if (value instanceof Map<?, ?> map) {
      return map.size();
    }
    if (value instanceof Collection<?> elements) {
      return elements.size();
    }
    if (value instanceof Undefined) {
      return 0;
    }
    throw JinjaException.value(
        "object of type '%s' has no len()".formatted(Values.typeName(value)));
  }
}
