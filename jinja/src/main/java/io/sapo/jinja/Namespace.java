package io.sapo.jinja;

import java.util.LinkedHashMap;
import java.util.Map;

/** {@code namespace(...)}: the one value whose attributes a template may set. */
final class Namespace implements Attributes {
  private final Map<String, Object> values = new LinkedHashMap<>();

  static Object create(Arguments arguments, Budget budget) {
    Namespace namespace = new Namespace();
    arguments.atMost(1);
    if (!arguments.positional().isEmpty()) {
      if (!(arguments.positional().get(0) instanceof Map<?, ?> map)) {
        throw JinjaException.value("namespace() takes a dictionary or named values");
      }
      budget.makeList(map.size());
      map.forEach((name, value) -> namespace.set(Printing.str(name, budget), value));
    }
    arguments.named().forEach(namespace::set);
    return namespace;
  }

  void set(String name, Object value) {
    values.put(name, value);
  }

  Map<String, Object> values() {
    return values;
  }

  @Override
  public Object attribute(String name) {
    return values.containsKey(name) ? values.get(name) : Undefined.attribute(this, name);
  }
}
