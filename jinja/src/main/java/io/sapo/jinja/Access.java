package io.sapo.jinja;

import io.sapo.jinja.Sequences.Range;
import io.sapo.jinja.Sequences.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Attributes, elements and slices, as far as the sandbox lets a template reach them. */
final class Access {
  private static final Set<String> LIST_CHANGES =
      Set.of("append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort");

  private Access() {}

  /** {@code value.name}: a method first, then an element. */
  static Object attribute(Object value, String name) {
    Object method = method(value, name);
    if (method != Missing.ELEMENT) {
      return method;
    }
    if (value instanceof Map<?, ?> map && map.containsKey(name)) {
      return map.get(name);
    }
    return Undefined.attribute(value, name);
  }

  /** The same without elements, as the filter {@code attr} looks it up. */
  static Object ownAttribute(Object value, String name) {
    Object method = method(value, name);
    return method == Missing.ELEMENT ? Undefined.attribute(value, name) : method;
  }

  /** {@code value[key]}: an element first, then a method. */
  static Object element(Object value, Object given, Budget budget) {
    Values.failIfUndefined(value);
    Object key = Markup.plain(given);
    if (value instanceof Map<?, ?> map) {
      if (scalarKey(key) && map.containsKey(Values.key(key))) {
        return map.get(Values.key(key));
      }
    } else if (PyNumbers.isInteger(key)) {
      Object found = elementAt(value, Values.index(key), budget);
      if (found != Missing.ELEMENT) {
        return found;
      }
    }
    Object method = key instanceof String name ? method(value, name) : Missing.ELEMENT;
    return method == Missing.ELEMENT ? Undefined.element(value, key) : method;
  }

  private enum Missing {
    ELEMENT
  }

  private static boolean scalarKey(Object key) {
    return !(key instanceof Undefined) && !(key instanceof Map) && !(key instanceof Iterable)
        || key instanceof Tuple;
  }

  private static Object elementAt(Object value, int index, Budget budget) {
    if (value instanceof List<?> list) {
      int at = index < 0 ? index + list.size() : index;
      return at >= 0 && at < list.size() ? list.get(at) : Missing.ELEMENT;
    }
    if (value instanceof Markup marked) {
      Object found = elementAt(marked.text(), index, budget);
      return found instanceof String text ? new Markup(text) : found;
    }
    if (value instanceof String text) {
      budget.scan(text.length());
      int at = index < 0 ? index + Elements.length(text) : index;
      if (at >= 0 && at < Elements.length(text)) {
        int offset = PyText.offset(text, at);
        return text.substring(offset, PyText.offset(text, at + 1));
      }
    }
    return Missing.ELEMENT;
  }

  /** The attribute that the value's type has, which may be None, or {@link Missing}. */
  private static Object method(Object value, String name) {
    Values.failIfUndefined(value);
    if (name.startsWith("__") && name.endsWith("__")) {
      return Undefined.unsafe(value, name);
    }
    if (value instanceof Attributes attributes) {
      return attributes.attribute(name);
    }
    Object method = null;
    if (value instanceof String text) {
      method = StringMethods.find(text, name);
    } else if (value instanceof Markup marked) {
      method = marked.method(name);
    } else if (value instanceof Map<?, ?> map) {
      method = DictMethods.find(map, name);
    } else if (value instanceof List<?> list) {
      method = listMethod(list, name);
    }
    return method == null ? Missing.ELEMENT : method;
  }

  private static Object listMethod(List<?> list, String name) {
    if (list.getClass() == ArrayList.class && LIST_CHANGES.contains(name)) {
      return Undefined.unsafe(list, name);
    }
    return switch (name) {
      case "count" ->
          (Callable)
              (arguments, budget) -> {
                budget.work(list.size());
                Signature.of("value", false).check(name, arguments);
                Object wanted = arguments.required(0, "value");
                return list.stream().filter(e -> Values.equal(e, wanted, budget)).count();
              };
      case "index" ->
          (Callable)
              (arguments, budget) -> {
                budget.work(list.size());
                Signature.of("value, start, stop", false).check(name, arguments);
                int start = bound(arguments.get(1, "start", 0L), list.size(), 0, list.size());
                int stop =
                    bound(
                        arguments.get(2, "stop", (long) list.size()), list.size(), 0, list.size());
                for (int i = start; i < stop; i++) {
                  if (Values.equal(list.get(i), arguments.required(0, "value"), budget)) {
                    return (long) i;
                  }
                }
                throw JinjaException.value("the value is not in the list");
              };
      case "copy" ->
          (Callable)
              (arguments, budget) -> {
                Signature.NOTHING.check(name, arguments);
                return Elements.list(list, budget);
              };
      default -> null;
    };
  }

  /** {@code value[from:to:step]}, null for what is left out. */
  static Object slice(Object value, Object from, Object to, Object by, Budget budget) {
    Values.failIfUndefined(value);
    if (value instanceof Markup marked) {
      return new Markup((String) slice(marked.text(), from, to, by, budget));
    }
    if (!(value instanceof String) && !(value instanceof List)) {
      throw JinjaException.value(
          "'%s' object is not subscriptable".formatted(Values.typeName(value)));
    }
    Values.failIfUndefined(from, to, by);
    budget.scan(value instanceof String text ? text.length() : 1);
    int size = Elements.length(value);
    int step = by == null ? 1 : Values.index(by);
    if (step == 0) {
      throw JinjaException.value("slice step cannot be zero");
    }
    int first = step > 0 ? 0 : -1;
    int last = step > 0 ? size : size - 1;
    int begin = from == null ? (step > 0 ? 0 : size - 1) : bound(from, size, first, last);
    int end = to == null ? (step > 0 ? size : -1) : bound(to, size, first, last);
    if (value instanceof String text && step == 1) {
      budget.make(Math.max(0, end - begin));
      return begin >= end
          ? ""
          : text.substring(PyText.offset(text, begin), PyText.offset(text, end));
    }
    if (value instanceof Range range) {
      return new Range(
          range.start + begin * range.step, range.start + end * range.step, range.step * step);
    }
    budget.makeList(value instanceof String ? 0 : Math.abs((long) end - begin) / Math.abs(step));
    List<?> all = value instanceof String ? Elements.list(value, budget) : (List<?>) value;
    List<Object> taken = new ArrayList<>();
    for (long i = begin; step > 0 ? i < end : i > end; i += step) {
      taken.add(all.get((int) i));
    }
    if (value instanceof String) {
      return budget.made(String.join("", taken.toArray(String[]::new)));
    }
    return value instanceof Tuple ? new Tuple(taken) : taken;
  }

  private static int bound(Object given, int size, int first, int last) {
    long index = Values.index(given);
    return (int) Math.max(first, Math.min(last, index < 0 ? index + size : index));
  }
}
