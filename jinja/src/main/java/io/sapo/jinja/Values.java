package io.sapo.jinja;

import io.sapo.jinja.Sequences.Range;
import io.sapo.jinja.Sequences.Tuple;
import io.sapo.jinja.Sequences.View;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** Python's rules of truth, equality, order and containment. None is null. */
final class Values {
  private Values() {}

  /**
   * A copy of a value from outside, of the interpreter's own types.
   *
   * @throws IllegalArgumentException for what JSON does not have
   */
  static Object imported(Object value, Budget budget) {
    budget.enter();
    Object copy = value;
    if (value instanceof Map<?, ?> map) {
      Map<Object, Object> entries = new LinkedHashMap<>();
      map.forEach((key, element) -> entries.put(key, imported(element, budget)));
      copy = entries;
    } else if (value instanceof List<?> list) {
      List<Object> elements = new ArrayList<>(list.size());
      list.forEach(element -> elements.add(imported(element, budget)));
      copy = elements;
    } else if (value instanceof Integer number) {
      copy = number.longValue();
    } else if (value != null && !scalar(value)) {
      throw new IllegalArgumentException("a template cannot be given a " + value.getClass());
    }
    budget.leave();
    return copy;
  }

  static String typeName(Object value) {
    if (value == null) {
      return "NoneType";
    }
    if (value instanceof String) {
      return "str";
    }
    if (value instanceof Markup) {
      return "Markup";
    }
    if (value instanceof Boolean) {
      return "bool";
    }
    if (value instanceof Number) {
      return value instanceof Double ? "float" : "int";
    }
    if (value instanceof Map) {
      return "dict";
    }
    if (value instanceof Tuple) {
      return "tuple";
    }
    if (value instanceof Range) {
      return "range";
    }
    if (value instanceof View view) {
      return view.type;
    }
    if (value instanceof Callable && !(value instanceof Attributes)) {
      return "function";
    }
    return value instanceof List
        ? "list"
        : value.getClass().getSimpleName().toLowerCase(Locale.ROOT);
  }

  static boolean truthy(Object given) {
    Object value = Markup.plain(given);
    if (value == null || value instanceof Undefined) {
      return false;
    }
    if (value instanceof Boolean flag) {
      return flag;
    }
    if (value instanceof String text) {
      return !text.isEmpty();
    }
    if (value instanceof Number) {
      return PyNumbers.real(value) != 0;
    }
    if (value instanceof Map<?, ?> map) {
      return !map.isEmpty();
    }
    return !(value instanceof Collection<?> elements) || !elements.isEmpty();
  }

  /** An integer as an index, saturated. */
  static int index(Object value) {
    if (!PyNumbers.isInteger(value)) {
      throw JinjaException.value(
          "'%s' object cannot be interpreted as an integer".formatted(typeName(value)));
    }
    BigInteger big = PyNumbers.big(value);
    if (big.bitLength() >= Integer.SIZE) {
      return big.signum() < 0 ? Integer.MIN_VALUE : Integer.MAX_VALUE;
    }
    return big.intValue();
  }

  static boolean equal(Object first, Object second, Budget budget) {
    Object left = Markup.plain(first);
    Object right = Markup.plain(second);
    if (left == right) {
      return true;
    }
    if (left == null || right == null) {
      return false;
    }
    if (PyNumbers.isNumber(left) && PyNumbers.isNumber(right)) {
      return PyNumbers.compare(left, right) == 0;
    }
    if (left instanceof String a && right instanceof String b) {
      budget.scan(Math.min(a.length(), b.length()));
      return a.equals(b);
    }
    budget.enter();
    try {
      if (left instanceof Map<?, ?> a && right instanceof Map<?, ?> b) {
        return equalMaps(a, b, budget);
      }
      if (left instanceof List<?> a && right instanceof List<?> b) {
        return typeName(left).equals(typeName(right)) && equalLists(a, b, budget);
      }
    } finally {
      budget.leave();
    }
    return left instanceof Undefined && right instanceof Undefined;
  }

  private static boolean equalLists(List<?> a, List<?> b, Budget budget) {
    if (a.size() != b.size()) {
      return false;
    }
    for (int i = 0; i < a.size(); i++) {
      budget.work(1);
      if (!equal(a.get(i), b.get(i), budget)) {
        return false;
      }
    }
    return true;
  }

  private static boolean equalMaps(Map<?, ?> a, Map<?, ?> b, Budget budget) {
    if (a.size() != b.size()) {
      return false;
    }
    for (Map.Entry<?, ?> entry : a.entrySet()) {
      budget.work(1);
      if (!b.containsKey(entry.getKey())
          || !equal(entry.getValue(), b.get(entry.getKey()), budget)) {
        return false;
      }
    }
    return true;
  }

  /** The order of two values of one kind. */
  static int compare(Object first, Object second, String operator, Budget budget) {
    Object left = Markup.plain(first);
    Object right = Markup.plain(second);
    if (PyNumbers.isNumber(left) && PyNumbers.isNumber(right)) {
      return PyNumbers.compare(left, right);
    }
    if (left instanceof String a && right instanceof String b) {
      budget.scan(Math.min(a.length(), b.length()));
      return PyText.compare(a, b);
    }
    if (left instanceof List<?> a
        && right instanceof List<?> b
        && typeName(left).equals(typeName(right))) {
      budget.enter();
      for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
        if (!equal(a.get(i), b.get(i), budget)) {
          int order = compare(a.get(i), b.get(i), operator, budget);
          budget.leave();
          return order;
        }
      }
      budget.leave();
      return Integer.compare(a.size(), b.size());
    }
    failIfUndefined(left, right);
    throw JinjaException.value(
        "'%s' not supported between instances of '%s' and '%s'"
            .formatted(operator, typeName(left), typeName(right)));
  }

  static boolean contains(Object within, Object sought, Budget budget) {
    Object container = Markup.plain(within);
    Object item = Markup.plain(sought);
    if (container instanceof String text) {
      if (!(item instanceof String part)) {
        failIfUndefined(item);
        throw JinjaException.value(
            "'in <string>' requires string as left operand, not " + typeName(item));
      }
      budget.scan(text.length() + (long) part.length());
      return TextSearch.first(text, part, 0, budget) >= 0;
    }
    if (container instanceof Map<?, ?> map) {
      return map.containsKey(key(item));
    }
    for (Iterator<Object> left = Elements.iterate(container); left.hasNext(); ) {
      budget.work(1);
      if (equal(left.next(), item, budget)) {
        return true;
      }
    }
    return false;
  }

  /** A dictionary's key: whole numbers and booleans that are equal are one key. */
  static Object key(Object given) {
    Object value = Markup.plain(given);
    if (value instanceof Boolean flag) {
      return flag ? 1L : 0L;
    }
    if (value instanceof Double real && real == Math.rint(real) && Math.abs(real) < 1L << 53) {
      return real.longValue();
    }
    if (value == null
        || value instanceof String
        || value instanceof Number
        || value instanceof Undefined) {
      return value;
    }
    if (value instanceof Tuple tuple && tuple.stream().allMatch(Values::scalar)) {
      return value;
    }
    throw JinjaException.value("unhashable type: '%s'".formatted(typeName(value)));
  }

  private static boolean scalar(Object value) {
    return value == null || value instanceof String || PyNumbers.isNumber(value);
  }

  static void failIfUndefined(Object... values) {
    for (Object value : values) {
      if (value instanceof Undefined undefined) {
        throw undefined.failure();
      }
    }
  }

  static boolean same(Object left, Object right, Budget budget) {
    boolean scalars = scalar(left) && scalar(right);
    return scalars
        ? Objects.equals(typeName(left), typeName(right)) && equal(left, right, budget)
        : left == right;
  }
}
