package io.sapo.jinja;

/** A part of a template that has a value. */
interface Expression {
  Object evaluate(Scope scope);

  /** The same, its depth and work counted. */
  static Expression counted(Expression inner) {
    return scope -> {
      scope.budget.enter();
      Object value = inner.evaluate(scope);
      scope.budget.leave();
      return value;
    };
  }
}
