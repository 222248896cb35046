package io.sapo.jinja;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The global {@code dict}. Python gives {@code dict['anything']}, which Jinja2 tries for an
 * attribute that is not there, as {@code dict} itself with a note for type checkers: templates that
 * call {@code dict.from_keys(pairs)} live on it.
 */
final class DictType implements Callable, Attributes {
  private static final Set<String> METHODS =
      Set.of(
          "clear",
          "copy",
          "get",
          "items",
          "keys",
          "mro",
          "pop",
          "popitem",
          "setdefault",
          "update",
          "values");

  @Override
  public Object call(Arguments arguments, Budget budget) {
    arguments.atMost(1);
    Map<Object, Object> dictionary = new LinkedHashMap<>();
    if (!arguments.positional().isEmpty()) {
      Object given = arguments.positional().get(0);
      if (given instanceof Map<?, ?> map) {
        budget.makeList(map.size());
        dictionary.putAll(map);
      } else {
        for (Object pair : Elements.list(given, budget)) {
          List<Object> both = Elements.list(pair, budget);
          if (both.size() != 2) {
            throw JinjaException.value("dict() takes pairs");
          }
          dictionary.put(Values.key(both.get(0)), both.get(1));
        }
      }
    }
    dictionary.putAll(arguments.named());
    return dictionary;
  }

  @Override
  public Object attribute(String name) {
    if (name.equals("fromkeys")) {
      return (Callable) DictType::fromKeys;
    }
    return METHODS.contains(name) ? Undefined.attribute(this, name) : this;
  }

  private static Object fromKeys(Arguments arguments, Budget budget) {
    Map<Object, Object> dictionary = new LinkedHashMap<>();
    Object value = arguments.get(1, "value", null);
    for (Object key : Elements.list(arguments.required(0, "iterable"), budget)) {
      dictionary.put(Values.key(key), value);
    }
    return dictionary;
  }
}
