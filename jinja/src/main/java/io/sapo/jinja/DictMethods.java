package io.sapo.jinja;

import io.sapo.jinja.Sequences.Tuple;
import io.sapo.jinja.Sequences.View;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Methods of dictionaries; those that change one are refused. */
final class DictMethods {
  private static final Set<String> CHANGES =
      Set.of("clear", "pop", "popitem", "setdefault", "update");

  private DictMethods() {}

  /** The method, {@link Undefined} for one that is unsafe, or null. */
  @SuppressWarnings("unchecked")
  static Object find(Map<?, ?> dict, String name) {
    if (CHANGES.contains(name)) {
      return Undefined.unsafe(dict, name);
    }
    return switch (name) {
      case "items" ->
          (Callable)
              (arguments, budget) -> {
                budget.makeList(dict.size());
                return new View("dict_items", items(dict));
              };
      case "keys" ->
          (Callable)
              (arguments, budget) -> new View("dict_keys", (Collection<Object>) dict.keySet());
      case "values" ->
          (Callable)
              (arguments, budget) -> new View("dict_values", (Collection<Object>) dict.values());
      case "get" ->
          (Callable)
              (arguments, budget) -> {
                Signature.of("key, default", false).check(name, arguments);
                Object key = Values.key(arguments.required(0, "key"));
                return dict.containsKey(key) ? dict.get(key) : arguments.get(1, "default", null);
              };
      case "copy" ->
          (Callable)
              (arguments, budget) -> {
                budget.makeList(dict.size());
                return new LinkedHashMap<>(dict);
              };
      default -> null;
    };
  }

  static List<Object> items(Map<?, ?> dict) {
    List<Object> items = new ArrayList<>(dict.size());
    dict.forEach((key, value) -> items.add(Tuple.of(key, value)));
    return items;
  }
}
