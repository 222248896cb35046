package io.sapo.jinja;

import java.util.HashMap;
import java.util.Map;

/** Names in sight at one place of a running template. */
final class Scope {
  private final Scope parent;
  private final Map<String, Object> names = new HashMap<>();
  final Budget budget;

  private Scope(Scope parent, Budget budget) {
    this.parent = parent;
    this.budget = budget;
  }

  static Scope root(Map<String, Object> names, Budget budget) {
    Scope root = new Scope(null, budget);
    root.names.putAll(names);
    return root;
  }

  Scope inner() {
    return new Scope(this, budget);
  }

  Scope outer() {
    return parent;
  }

  Scope root() {
    return parent == null ? this : parent.root();
  }

  void set(String name, Object value) {
    names.put(name, value);
  }

  void setIfAbsent(String name, Object value) {
    names.putIfAbsent(name, value);
  }

  Object get(String name) {
    for (Scope scope = this; scope != null; scope = scope.parent) {
      Object value = scope.names.get(name);
      if (value != null || scope.names.containsKey(name)) {
        return value;
      }
    }
    return Undefined.name(name);
  }
}
