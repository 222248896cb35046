package io.sapo.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What a value is assigned to: a name, several names, or a namespace's attribute. */
interface Target {
  Set<String> CONSTANTS = Set.of("true", "True", "false", "False", "none", "None");

  void assign(Scope scope, Object value);

  static Target parse(TokenStream tokens) {
    List<Target> targets = new ArrayList<>();
    boolean tuple = false;
    while (true) {
      targets.add(one(tokens));
      if (!tokens.skipOperator(",")) {
        break;
      }
      tuple = true;
      if (tokens.current().name("in") || tokens.current().operator("=")) {
        break;
      }
    }
    return tuple ? unpacking(targets) : targets.get(0);
  }

  private static Target one(TokenStream tokens) {
    if (tokens.skipOperator("(")) {
      tokens.enter();
      Target inside = parse(tokens);
      tokens.leave();
      tokens.expectOperator(")");
      return inside;
    }
    String name = tokens.name();
    if (CONSTANTS.contains(name)) {
      throw tokens.fail("cannot assign to '" + name + "'");
    }
    if (!tokens.skipOperator(".")) {
      return (scope, value) -> scope.set(name, value);
    }
    String attribute = tokens.name();
    return (scope, value) -> {
      if (!(scope.get(name) instanceof Namespace namespace)) {
        throw JinjaException.value("cannot assign attribute on non-namespace object");
      }
      namespace.set(attribute, value);
    };
  }

  private static Target unpacking(List<Target> targets) {
    return (scope, value) -> {
      List<Object> values = Elements.list(value, scope.budget);
      Values.failIfUndefined(value);
      if (values.size() != targets.size()) {
        throw JinjaException.value(
            "cannot unpack %d values to %d names".formatted(values.size(), targets.size()));
      }
      for (int i = 0; i < targets.size(); i++) {
        targets.get(i).assign(scope, values.get(i));
      }
    };
  }
}
