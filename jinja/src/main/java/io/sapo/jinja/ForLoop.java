package io.sapo.jinja;

import java.util.ArrayList;
import java.util.List;

/** {@code for}, with its filter, its {@code loop} variable and its else. */
final class ForLoop implements Statement {
  private final Target target;
  private final Expression elements;
  private final Expression filter;
  private final boolean recursive;
  private final Statement body;
  private final Statement otherwise;

  /**
   * @param filter null where there is none
   * @param otherwise null where there is none
   */
  ForLoop(
      Target target,
      Expression elements,
      Expression filter,
      boolean recursive,
      Statement body,
      Statement otherwise) {
    this.target = target;
    this.elements = elements;
    this.filter = filter;
    this.recursive = recursive;
    this.body = body;
    this.otherwise = otherwise;
  }

  @Override
  public Flow run(Scope scope, StringBuilder out) {
    return run(scope, out, elements.evaluate(scope), 1);
  }

  private Flow run(Scope scope, StringBuilder out, Object iterated, int depth) {
    scope.budget.enter();
    List<Object> values = filtered(scope, Elements.list(iterated, scope.budget));
    Loop loop = new Loop(values, depth, scope);
    for (loop.index = 0; loop.index < values.size(); loop.index++) {
      scope.budget.work(1);
      Scope inner = scope.inner();
      inner.set("loop", loop);
      target.assign(inner, values.get(loop.index));
      if (body.run(inner, out) == Flow.BREAK) {
        break;
      }
    }
    Flow flow =
        values.isEmpty() && otherwise != null ? otherwise.run(scope.inner(), out) : Flow.NEXT;
    scope.budget.leave();
    return flow;
  }

  private List<Object> filtered(Scope scope, List<Object> values) {
    if (filter == null) {
      return values;
    }
    List<Object> kept = new ArrayList<>();
    for (Object value : values) {
      Scope inner = scope.inner();
      target.assign(inner, value);
      if (Values.truthy(filter.evaluate(inner))) {
        kept.add(value);
      }
    }
    return kept;
  }

  /** The {@code loop} variable. */
  private final class Loop implements Attributes, Callable {
    private final List<Object> values;
    private final int depth;
    private final Scope scope;
    private int index;
    private List<Object> changed;

    Loop(List<Object> values, int depth, Scope scope) {
      this.values = values;
      this.depth = depth;
      this.scope = scope;
    }

    @Override
    public Object attribute(String name) {
      return switch (name) {
        case "index" -> index + 1L;
        case "index0" -> (long) index;
        case "revindex" -> (long) values.size() - index;
        case "revindex0" -> values.size() - index - 1L;
        case "length" -> (long) values.size();
        case "first" -> index == 0;
        case "last" -> index == values.size() - 1;
        case "depth" -> (long) depth;
        case "depth0" -> depth - 1L;
        case "previtem" ->
            index > 0 ? values.get(index - 1) : Undefined.of("there is no previous item");
        case "nextitem" ->
            index + 1 < values.size()
                ? values.get(index + 1)
                : Undefined.of("there is no next item");
        case "cycle" -> (Callable) (arguments, budget) -> cycle(arguments);
        case "changed" -> (Callable) this::changed;
        default -> Undefined.attribute(this, name);
      };
    }

    private Object cycle(Arguments arguments) {
      if (arguments.positional().isEmpty()) {
        throw JinjaException.value("no items for cycling given");
      }
      return arguments.positional().get(index % arguments.positional().size());
    }

    private Object changed(Arguments arguments, Budget budget) {
      boolean differs = changed == null || !Values.equal(changed, arguments.positional(), budget);
      changed = arguments.positional();
      return differs;
    }

    @Override
    public Object call(Arguments arguments, Budget budget) {
      if (!recursive) {
        throw JinjaException.value("loop(...) needs a loop that is marked recursive");
      }
      StringBuilder out = new StringBuilder();
      run(scope, out, arguments.required(0, "iterable"), depth + 1);
      return out.toString();
    }
  }
}
