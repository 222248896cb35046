package io.sapo.jinja;

import io.sapo.jinja.Sequences.Tuple;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A macro, or the body of a call block, with the names in sight where it was defined. */
final class Macro implements Callable, Attributes {
  record Signature(String name, List<String> parameters, Map<String, Expression> defaults) {}

  /**
   * @param used names that occur in the body
   */
  record Definition(Signature signature, Statement body, Set<String> used) {}

  private final Definition definition;
  private final Scope scope;

  Macro(Definition definition, Scope scope) {
    this.definition = definition;
    this.scope = scope;
  }

  @Override
  public Object call(Arguments arguments, Budget budget) {
    budget.enter();
    Scope inner = scope.inner();
    Signature signature = definition.signature();
    List<String> parameters = signature.parameters();
    Map<String, Object> left = new LinkedHashMap<>(arguments.named());
    for (int i = 0; i < parameters.size(); i++) {
      String name = parameters.get(i);
      if (i < arguments.positional().size()) {
        inner.set(name, arguments.positional().get(i));
      } else if (left.containsKey(name)) {
        inner.set(name, left.remove(name));
      } else if (signature.defaults().containsKey(name)) {
        inner.set(name, signature.defaults().get(name).evaluate(inner));
      } else {
        inner.set(name, Undefined.of("parameter '" + name + "' was not provided"));
      }
    }
    bindSpecial(arguments.positional(), left, inner);
    StringBuilder out = new StringBuilder();
    definition.body().run(inner, out);
    budget.leave();
    return out.toString();
  }

  private void bindSpecial(List<Object> positional, Map<String, Object> named, Scope inner) {
    Signature signature = definition.signature();
    Set<String> used = definition.used();
    if (used.contains("caller") && !signature.parameters().contains("caller")) {
      inner.set(
          "caller",
          named.containsKey("caller") ? named.remove("caller") : Undefined.of("No caller defined"));
    }
    if (used.contains("kwargs")) {
      inner.set("kwargs", new LinkedHashMap<Object, Object>(named));
    } else if (!named.isEmpty()) {
      throw JinjaException.value(
          "macro '%s' takes no keyword argument '%s'"
              .formatted(signature.name(), named.keySet().iterator().next()));
    }
    int taken = Math.min(signature.parameters().size(), positional.size());
    if (used.contains("varargs")) {
      inner.set("varargs", new Tuple(positional.subList(taken, positional.size())));
    } else if (taken < positional.size()) {
      throw JinjaException.value(
          "macro '%s' takes not more than %d argument(s)"
              .formatted(signature.name(), signature.parameters().size()));
    }
  }

  @Override
  public Object attribute(String name) {
    Signature signature = definition.signature();
    return switch (name) {
      case "name" -> signature.name();
      case "arguments" -> new Tuple(new ArrayList<>(signature.parameters()));
      case "catch_kwargs" -> definition.used().contains("kwargs");
      case "catch_varargs" -> definition.used().contains("varargs");
      case "caller" -> definition.used().contains("caller");
      default -> Undefined.attribute(this, name);
    };
  }
}
