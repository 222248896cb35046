package io.sapo.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Jinja2's filters on sequences; those that compare elements are {@link OrderFilters}. */
final class SequenceFilters {
  private SequenceFilters() {}

  static void addTo(Map<String, Filters.Filter> filters) {
    filters.put("list", (v, a, b) -> Elements.list(v, b));
    filters.put("first", SequenceFilters::first);
    filters.put("last", SequenceFilters::last);
    filters.put("join", SequenceFilters::join);
    filters.put("map", SequenceFilters::map);
    filters.put("select", (v, a, b) -> select(v, a, b, false, true));
    filters.put("reject", (v, a, b) -> select(v, a, b, false, false));
    filters.put("selectattr", (v, a, b) -> select(v, a, b, true, true));
    filters.put("rejectattr", (v, a, b) -> select(v, a, b, true, false));
    filters.put("items", SequenceFilters::items);
    filters.put("sum", SequenceFilters::sum);
    filters.put("reverse", SequenceFilters::reversed);
    filters.put("batch", SequenceFilters::batch);
    filters.put("slice", SequenceFilters::slice);
  }

  /** Takes no more than the one from a generator. */
  private static Object first(Object value, Arguments arguments, Budget budget) {
    Iterator<Object> left = Elements.iterate(value);
    return left.hasNext() ? left.next() : end(List.of(), true);
  }

  private static Object last(Object value, Arguments arguments, Budget budget) {
    if (value instanceof Sequences.Generator) {
      throw JinjaException.value("'generator' object is not reversible");
    }
    Object last = end(Elements.list(value, budget), false);
    return value instanceof Markup && last instanceof String text ? new Markup(text) : last;
  }

  static Object end(List<Object> values, boolean first) {
    if (values.isEmpty()) {
      return Undefined.of("an empty sequence has no " + (first ? "first" : "last") + " item");
    }
    return values.get(first ? 0 : values.size() - 1);
  }

  private static Object join(Object value, Arguments arguments, Budget budget) {
    String separator = Printing.str(arguments.get(0, "d", ""), budget);
    UnaryOperator<Object> attribute = attribute(arguments.get(1, "attribute", null), budget);
    StringBuilder joined = new StringBuilder();
    boolean first = true;
    for (Object element : Elements.list(value, budget)) {
      joined.append(first ? "" : budget.made(separator));
      joined.append(budget.made(Printing.str(attribute.apply(element), budget)));
      first = false;
    }
    return joined.toString();
  }

  /** The value at a dotted path; the value itself for null. */
  static UnaryOperator<Object> attribute(Object given, Budget budget) {
    return attribute(given, null, budget);
  }

  /**
   * @param otherwise what stands for an element that is missing at a step of the path; null for
   *     nothing
   */
  static UnaryOperator<Object> attribute(Object given, Object otherwise, Budget budget) {
    Object path = Markup.plain(given);
    if (path == null) {
      return value -> value;
    }
    Object[] steps = path instanceof String text ? text.split("\\.", -1) : new Object[] {path};
    return value -> {
      Object found = value;
      for (Object step : steps) {
        boolean index = step instanceof String text && text.matches("\\d{1,6}");
        Object key = index ? (Object) Long.valueOf((String) step) : step;
        found = Access.element(found, key, budget);
        found = found instanceof Undefined && otherwise != null ? otherwise : found;
      }
      return found;
    };
  }

  private static Object map(Object value, Arguments arguments, Budget budget) {
    if (!Values.truthy(value)) {
      return Filters.generator(List.of());
    }
    List<Object> mapped = new ArrayList<>();
    if (arguments.positional().isEmpty()) {
      Signature.of("attribute, default", true).check("map", arguments);
      UnaryOperator<Object> attribute =
          attribute(
              arguments.required(Integer.MAX_VALUE, "attribute"),
              arguments.named().get("default"),
              budget);
      for (Object element : Elements.list(value, budget)) {
        mapped.add(attribute.apply(element));
      }
      return Filters.generator(mapped);
    }
    String name = arguments.text(0, "filter", "");
    Filters.Filter filter = Filters.find(name);
    if (filter == null) {
      throw JinjaException.value("No filter named '" + name + "'.");
    }
    for (Object element : Elements.list(value, budget)) {
      mapped.add(filter.apply(element, arguments.without(1), budget));
    }
    return Filters.generator(mapped);
  }

  private static Object select(
      Object value, Arguments arguments, Budget budget, boolean byAttribute, boolean keep) {
    if (!Values.truthy(value)) {
      return Filters.generator(List.of());
    }
    int first = byAttribute ? 1 : 0;
    UnaryOperator<Object> attribute =
        attribute(byAttribute ? arguments.required(0, "attr") : null, budget);
    Tests.Test test = (v, a, b) -> Values.truthy(v);
    if (arguments.positional().size() > first) {
      String name = arguments.text(first, "test", "");
      test = Tests.find(name);
      if (test == null) {
        throw JinjaException.value("No test named '" + name + "'.");
      }
    }
    List<Object> selected = new ArrayList<>();
    for (Object element : Elements.list(value, budget)) {
      if (test.holds(attribute.apply(element), arguments.without(first + 1), budget) == keep) {
        selected.add(element);
      }
    }
    return Filters.generator(selected);
  }

  private static Object items(Object value, Arguments arguments, Budget budget) {
    if (value instanceof Undefined) {
      return Filters.generator(List.of());
    }
    return Filters.generator(DictMethods.items(dictionary(value, budget)));
  }

  static Map<?, ?> dictionary(Object value, Budget budget) {
    if (value instanceof Map<?, ?> map) {
      budget.makeList(map.size());
      return map;
    }
    Values.failIfUndefined(value);
    throw JinjaException.value("Can only get item pairs from a mapping.");
  }

  private static Object sum(Object value, Arguments arguments, Budget budget) {
    UnaryOperator<Object> attribute = attribute(arguments.get(0, "attribute", null), budget);
    Object sum = arguments.get(1, "start", 0L);
    if (Markup.textOf(sum) != null) {
      throw JinjaException.value("sum() can't sum strings [use ''.join(seq) instead]");
    }
    for (Object element : Elements.list(value, budget)) {
      sum = Operators.apply("+", sum, attribute.apply(element), budget);
    }
    return sum;
  }

  private static Object reversed(Object value, Arguments arguments, Budget budget) {
    List<Object> values = Elements.list(value, budget);
    Collections.reverse(values);
    if (Markup.textOf(value) != null) {
      String text = budget.made(String.join("", values.toArray(String[]::new)));
      return value instanceof Markup ? new Markup(text) : text;
    }
    // Python's reversed() takes no generator, of which Jinja2 makes a list then.
    return value instanceof Sequences.Generator ? values : Filters.generator(values);
  }

  private static Object batch(Object value, Arguments arguments, Budget budget) {
    int size = Math.max(1, Values.index(arguments.required(0, "linecount")));
    Object fill = arguments.get(1, "fill_with", null);
    List<Object> values = Elements.list(value, budget);
    List<Object> batches = new ArrayList<>();
    for (int from = 0; from < values.size(); from += size) {
      int to = (int) Math.min(values.size(), (long) from + size);
      List<Object> batch = new ArrayList<>(values.subList(from, to));
      if (fill != null) {
        budget.makeList(size);
        batch.addAll(Collections.nCopies(size - batch.size(), fill));
      }
      batches.add(batch);
      if (to == values.size()) {
        break;
      }
    }
    return Filters.generator(batches);
  }

  private static Object slice(Object value, Arguments arguments, Budget budget) {
    int count = Values.index(arguments.required(0, "slices"));
    Object fill = arguments.get(1, "fill_with", null);
    if (count < 1) {
      throw JinjaException.value("slice needs at least one slice");
    }
    budget.makeList(count);
    List<Object> values = Elements.list(value, budget);
    int each = values.size() / count;
    int longer = values.size() % count;
    List<Object> slices = new ArrayList<>();
    int from = 0;
    for (int i = 0; i < count; i++) {
      int to = from + each + (i < longer ? 1 : 0);
      List<Object> slice = new ArrayList<>(values.subList(from, to));
      if (fill != null && i >= longer) {
        slice.add(fill);
      }
      slices.add(slice);
      from = to;
    }
    return Filters.generator(slices);
  }
}
