package io.sapo.jinja;

import java.util.Map;

/** {@code self}: the template's blocks by name, each a function that gives its text. */
record Blocks(Map<String, Statement> blocks, Scope template) implements Attributes {
  @Override
  public Object attribute(String name) {
    Statement block = blocks.get(name);
    if (block == null) {
      return Undefined.attribute(this, name);
    }
    return (Callable)
        (arguments, budget) -> {
          arguments.atMost(0);
          budget.enter();
          StringBuilder text = new StringBuilder();
          block.run(template.inner(), text);
          budget.leave();
          return text.toString();
        };
  }
}
