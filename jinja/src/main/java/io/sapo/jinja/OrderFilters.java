package io.sapo.jinja;

import io.sapo.jinja.Sequences.Group;
import io.sapo.jinja.Sequences.Tuple;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * Jinja2's filters that order or compare a sequence's elements: by an attribute of theirs, upper
 * and lower case alike unless told otherwise.
 */
final class OrderFilters {
  private OrderFilters() {}

  static void addTo(Map<String, Filters.Filter> filters) {
    filters.put("dictsort", OrderFilters::sortedItems);
    filters.put("sort", OrderFilters::sorted);
    filters.put("unique", OrderFilters::unique);
    filters.put("min", (v, a, b) -> extreme(v, a, b, true));
    filters.put("max", (v, a, b) -> extreme(v, a, b, false));
    filters.put("groupby", OrderFilters::groups);
  }

  private static Object sortedItems(Object value, Arguments arguments, Budget budget) {
    boolean byCase = arguments.flag(0, "case_sensitive", false);
    int place = "value".equals(arguments.text(1, "by", "key")) ? 1 : 0;
    List<Object> items = DictMethods.items(SequenceFilters.dictionary(value, budget));
    return sort(
        items,
        item -> folded(((Tuple) item).get(place), byCase, budget),
        arguments.builtInFlag(2, "reverse"),
        budget);
  }

  private static Object sorted(Object value, Arguments arguments, Budget budget) {
    boolean byCase = arguments.flag(1, "case_sensitive", false);
    List<UnaryOperator<Object>> attributes = new ArrayList<>();
    Object given = arguments.get(2, "attribute", null);
    for (Object one : given instanceof String path ? path.split(",", -1) : new Object[] {given}) {
      attributes.add(SequenceFilters.attribute(one, budget));
    }
    return sort(
        Elements.list(value, budget),
        element ->
            attributes.stream()
                .map(attribute -> folded(attribute.apply(element), byCase, budget))
                .collect(Collectors.toCollection(ArrayList::new)),
        arguments.builtInFlag(0, "reverse"),
        budget);
  }

  private static Object folded(Object value, boolean byCase, Budget budget) {
    String text = Markup.textOf(value);
    return !byCase && text != null ? budget.made(PyText.lower(text)) : value;
  }

  private static List<Object> sort(
      List<Object> values, UnaryOperator<Object> key, boolean reverse, Budget budget) {
    Comparator<Object> order =
        (a, b) -> {
          budget.work(1);
          return Values.compare(key.apply(a), key.apply(b), "<", budget);
        };
    List<Object> sorted = new ArrayList<>(values);
    try {
      sorted.sort(reverse ? order.reversed() : order);
    } catch (IllegalArgumentException e) {
      throw JinjaException.value("the values have no order to sort them by");
    }
    return sorted;
  }

  private static Object unique(Object value, Arguments arguments, Budget budget) {
    boolean byCase = arguments.flag(0, "case_sensitive", false);
    UnaryOperator<Object> attribute =
        SequenceFilters.attribute(arguments.get(1, "attribute", null), budget);
    Set<Object> seen = new LinkedHashSet<>();
    List<Object> unique = new ArrayList<>();
    for (Object element : Elements.list(value, budget)) {
      if (seen.add(Values.key(folded(attribute.apply(element), byCase, budget)))) {
        unique.add(element);
      }
    }
    return Filters.generator(unique);
  }

  private static Object extreme(
      Object value, Arguments arguments, Budget budget, boolean smallest) {
    boolean byCase = arguments.flag(0, "case_sensitive", false);
    UnaryOperator<Object> attribute =
        SequenceFilters.attribute(arguments.get(1, "attribute", null), budget);
    List<Object> values = Elements.list(value, budget);
    Object best = SequenceFilters.end(values, true);
    for (Object element : values.subList(Math.min(1, values.size()), values.size())) {
      int order =
          Values.compare(
              folded(attribute.apply(element), byCase, budget),
              folded(attribute.apply(best), byCase, budget),
              "<",
              budget);
      if (smallest ? order < 0 : order > 0) {
        best = element;
      }
    }
    return best;
  }

  private static Object groups(Object value, Arguments arguments, Budget budget) {
    UnaryOperator<Object> attribute =
        SequenceFilters.attribute(
            arguments.required(0, "attribute"), arguments.get(1, "default", null), budget);
    boolean byCase = arguments.flag(2, "case_sensitive", false);
    UnaryOperator<Object> key = element -> folded(attribute.apply(element), byCase, budget);
    List<Object> groups = new ArrayList<>();
    Object last = null;
    List<Object> members = null;
    for (Object element : sort(Elements.list(value, budget), key, false, budget)) {
      if (members == null || !Values.equal(last, key.apply(element), budget)) {
        members = new ArrayList<>();
        groups.add(new Group(attribute.apply(element), members));
        last = key.apply(element);
      }
      members.add(element);
    }
    return groups;
  }
}
