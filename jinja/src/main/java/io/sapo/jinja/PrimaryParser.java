package io.sapo.jinja;

import io.sapo.jinja.Sequences.Tuple;
import io.sapo.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Names, literals and what may follow them: attributes, subscripts and calls. */
final class PrimaryParser {
  /**
   * @param starArguments and {@code starNamed}: null where there is none
   */
  record Call(
      List<Expression> positional,
      Map<String, Expression> named,
      Expression starArguments,
      Expression starNamed) {
    static final Call NONE = new Call(List.of(), Map.of(), null, null);

    Arguments evaluate(Scope scope) {
      if (this == NONE) {
        return Arguments.NONE;
      }
      List<Object> values = evaluateAll(positional, scope);
      Map<String, Object> byName = ExpressionParser.evaluateNamed(named, scope);
      if (starArguments != null) {
        values.addAll(Elements.list(starArguments.evaluate(scope), scope.budget));
      }
      if (starNamed != null) {
        if (!(starNamed.evaluate(scope) instanceof Map<?, ?> map)) {
          throw JinjaException.value("argument after ** must be a mapping");
        }
        scope.budget.makeList(map.size());
        map.forEach((name, value) -> byName.put(Printing.str(name, scope.budget), value));
      }
      return new Arguments(values, byName);
    }
  }

  private final TokenStream tokens;
  private final ExpressionParser expressions;

  PrimaryParser(TokenStream tokens, ExpressionParser expressions) {
    this.tokens = tokens;
    this.expressions = expressions;
  }

  static List<Object> evaluateAll(List<Expression> expressions, Scope scope) {
    scope.budget.makeList(expressions.size());
    List<Object> values = new ArrayList<>(expressions.size());
    expressions.forEach(expression -> values.add(expression.evaluate(scope)));
    return values;
  }

  Expression primary() {
    Token token = tokens.current();
    switch (token.kind()) {
      case NAME:
        return name((String) tokens.next().value());
      case STRING:
        return string();
      case NUMBER:
        Object number = tokens.next().value();
        return scope -> number;
      case OPERATOR:
        if (tokens.skipOperator("(")) {
          return parentheses();
        }
        if (tokens.skipOperator("[")) {
          List<Expression> elements = elements("]");
          return Expression.counted(scope -> evaluateAll(elements, scope));
        }
        if (tokens.skipOperator("{")) {
          return dictionary();
        }
        break;
      default:
    }
    throw tokens.unexpected("a value");
  }

  private static Expression name(String name) {
    return switch (name) {
      case "true", "True" -> scope -> true;
      case "false", "False" -> scope -> false;
      case "none", "None" -> scope -> null;
      default -> scope -> scope.get(name);
    };
  }

  private Expression string() {
    StringBuilder text = new StringBuilder();
    while (tokens.current().kind() == Kind.STRING) {
      text.append(tokens.next().value());
    }
    String value = text.toString();
    return scope -> value;
  }

  private Expression parentheses() {
    if (tokens.skipOperator(")")) {
      return scope -> Tuple.of();
    }
    Expression inside = expressions.tuple(true);
    tokens.expectOperator(")");
    return inside;
  }

  private List<Expression> elements(String close) {
    List<Expression> elements = new ArrayList<>();
    while (!tokens.skipOperator(close)) {
      elements.add(expressions.expression());
      if (!tokens.skipOperator(",")) {
        tokens.expectOperator(close);
        break;
      }
    }
    return elements;
  }

  private Expression dictionary() {
    List<Expression> keys = new ArrayList<>();
    List<Expression> values = new ArrayList<>();
    while (!tokens.skipOperator("}")) {
      keys.add(expressions.expression());
      tokens.expectOperator(":");
      values.add(expressions.expression());
      if (!tokens.skipOperator(",")) {
        tokens.expectOperator("}");
        break;
      }
    }
    return Expression.counted(
        scope -> {
          scope.budget.makeList(keys.size());
          Map<Object, Object> map = new LinkedHashMap<>();
          for (int i = 0; i < keys.size(); i++) {
            map.put(Values.key(keys.get(i).evaluate(scope)), values.get(i).evaluate(scope));
          }
          return map;
        });
  }

  Expression postfix(Expression operand) {
    Expression value = withoutCall(operand);
    while (tokens.current().operator("(")) {
      Expression callee = value;
      Call call = call();
      value =
          withoutCall(
              Expression.counted(
                  scope -> invoke(callee.evaluate(scope), call.evaluate(scope), scope.budget)));
    }
    return value;
  }

  /** Attributes and subscripts only. */
  Expression withoutCall(Expression operand) {
    Expression value = operand;
    while (true) {
      Expression owner = value;
      if (tokens.skipOperator(".")) {
        value = afterDot(owner);
      } else if (tokens.skipOperator("[")) {
        value = subscript(owner);
      } else {
        return value;
      }
    }
  }

  private Expression afterDot(Expression owner) {
    if (tokens.current().kind() == Kind.NUMBER) {
      Object index = tokens.next().value();
      return Expression.counted(
          scope -> Access.element(owner.evaluate(scope), index, scope.budget));
    }
    String name = tokens.name();
    return Expression.counted(scope -> Access.attribute(owner.evaluate(scope), name));
  }

  private Expression subscript(Expression owner) {
    Expression from = sliceBound();
    if (tokens.skipOperator(":")) {
      Expression to = sliceBound();
      Expression by = tokens.skipOperator(":") ? sliceBound() : null;
      tokens.expectOperator("]");
      return Expression.counted(
          scope ->
              Access.slice(
                  owner.evaluate(scope),
                  value(from, scope),
                  value(to, scope),
                  value(by, scope),
                  scope.budget));
    }
    if (from == null) {
      throw tokens.unexpected("a subscript");
    }
    tokens.expectOperator("]");
    return Expression.counted(
        scope -> Access.element(owner.evaluate(scope), from.evaluate(scope), scope.budget));
  }

  private Expression sliceBound() {
    boolean none = tokens.current().operator(":") || tokens.current().operator("]");
    return none ? null : expressions.expression();
  }

  private static Object value(Expression bound, Scope scope) {
    return bound == null ? null : bound.evaluate(scope);
  }

  static Object invoke(Object callee, Arguments arguments, Budget budget) {
    if (callee instanceof Callable callable) {
      return callable.call(arguments, budget);
    }
    Values.failIfUndefined(callee);
    throw JinjaException.value("'%s' object is not callable".formatted(Values.typeName(callee)));
  }

  /** The arguments in parentheses. */
  Call call() {
    tokens.expectOperator("(");
    List<Expression> positional = new ArrayList<>();
    Map<String, Expression> named = new LinkedHashMap<>();
    Expression starArguments = null;
    Expression starNamed = null;
    while (!tokens.skipOperator(")")) {
      if (tokens.skipOperator("*")) {
        starArguments = expressions.expression();
      } else if (tokens.skipOperator("**")) {
        starNamed = expressions.expression();
      } else if (tokens.current().kind() == Kind.NAME && tokens.look().operator("=")) {
        String name = tokens.name();
        tokens.next();
        named.put(name, expressions.expression());
      } else if (named.isEmpty()) {
        positional.add(expressions.expression());
      } else {
        throw tokens.fail("a positional argument follows a named one");
      }
      if (!tokens.skipOperator(",")) {
        tokens.expectOperator(")");
        break;
      }
    }
    return new Call(positional, named, starArguments, starNamed);
  }
}
