package io.sapo.jinja;

import io.sapo.jinja.Sequences.Tuple;
import io.sapo.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Expressions, by Jinja2's grammar: conditional, or, and, not, comparison, sum, ~, product, power.
 */
final class ExpressionParser {
  private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");
  private final TokenStream tokens;
  private final PrimaryParser primary;
  private final FilterParser filters;

  ExpressionParser(TokenStream tokens) {
    this.tokens = tokens;
    this.primary = new PrimaryParser(tokens, this);
    this.filters = new FilterParser(tokens, primary);
  }

  Expression expression() {
    tokens.enter();
    int missing = tokens.noted();
    Expression value = or();
    while (tokens.skipName("if")) {
      Expression then = value;
      Expression test = or();
      Expression otherwise =
          tokens.skipName("else")
              ? expression()
              : scope -> Undefined.of("the inline if-expression has no else and is false");
      value =
          Expression.counted(
              scope -> (Values.truthy(test.evaluate(scope)) ? then : otherwise).evaluate(scope));
      tokens.forgive(missing);
    }
    tokens.leave();
    return value;
  }

  /** One expression, or several with commas between them as a tuple. */
  Expression tuple(boolean conditional) {
    Supplier<Expression> element = conditional ? this::expression : this::or;
    Expression first = element.get();
    if (!tokens.current().operator(",")) {
      return first;
    }
    List<Expression> elements = new ArrayList<>(List.of(first));
    while (tokens.skipOperator(",")) {
      if (endsTuple()) {
        break;
      }
      elements.add(element.get());
    }
    return scope -> new Tuple(PrimaryParser.evaluateAll(elements, scope));
  }

  private boolean endsTuple() {
    Token next = tokens.current();
    return next.kind() == Kind.VARIABLE_END
        || next.kind() == Kind.BLOCK_END
        || next.operator(")")
        || next.name("recursive")
        || next.name("if");
  }

  Expression or() {
    Expression left = and();
    while (tokens.skipName("or")) {
      Expression first = left;
      Expression second = and();
      left =
          Expression.counted(
              scope -> {
                Object value = first.evaluate(scope);
                return Values.truthy(value) ? value : second.evaluate(scope);
              });
    }
    return left;
  }

  private Expression and() {
    Expression left = not();
    while (tokens.skipName("and")) {
      Expression first = left;
      Expression second = not();
      left =
          Expression.counted(
              scope -> {
                Object value = first.evaluate(scope);
                return Values.truthy(value) ? second.evaluate(scope) : value;
              });
    }
    return left;
  }

  private Expression not() {
    if (!tokens.skipName("not")) {
      return comparison();
    }
    tokens.enter();
    Expression operand = not();
    tokens.leave();
    return Expression.counted(scope -> !Values.truthy(operand.evaluate(scope)));
  }

  private Expression comparison() {
    Expression first = sum();
    List<String> operators = new ArrayList<>();
    List<Expression> operands = new ArrayList<>();
    for (String operator = comparisonSign(); operator != null; operator = comparisonSign()) {
      operators.add(operator);
      operands.add(sum());
    }
    return operators.isEmpty()
        ? first
        : Expression.counted(scope -> compare(first, operators, operands, scope));
  }

  private String comparisonSign() {
    Token current = tokens.current();
    if (current.kind() == Kind.OPERATOR && COMPARISONS.contains(current.value())) {
      return (String) tokens.next().value();
    }
    if (current.name("not") && tokens.look().name("in")) {
      tokens.next();
      tokens.next();
      return "not in";
    }
    return tokens.skipName("in") ? "in" : null;
  }

  private static Object compare(
      Expression first, List<String> operators, List<Expression> operands, Scope scope) {
    Object left = first.evaluate(scope);
    for (int i = 0; i < operators.size(); i++) {
      Object right = operands.get(i).evaluate(scope);
      if (!Operators.compare(operators.get(i), left, right, scope.budget)) {
        return false;
      }
      left = right;
    }
    return true;
  }

  private Expression sum() {
    return binary(this::concatenation, List.of("+", "-"));
  }

  private Expression concatenation() {
    Expression first = product();
    if (!tokens.current().operator("~")) {
      return first;
    }
    List<Expression> parts = new ArrayList<>(List.of(first));
    while (tokens.skipOperator("~")) {
      parts.add(product());
    }
    return Expression.counted(
        scope -> {
          StringBuilder text = new StringBuilder();
          for (Expression part : parts) {
            text.append(scope.budget.made(Printing.str(part.evaluate(scope), scope.budget)));
          }
          return text.toString();
        });
  }

  private Expression product() {
    return binary(this::power, List.of("*", "/", "//", "%"));
  }

  private Expression power() {
    return binary(() -> unary(true), List.of("**"));
  }

  private Expression binary(Supplier<Expression> operand, List<String> operators) {
    Expression left = operand.get();
    while (tokens.current().kind() == Kind.OPERATOR
        && operators.contains(tokens.current().value())) {
      String operator = (String) tokens.next().value();
      Expression first = left;
      Expression second = operand.get();
      left =
          Expression.counted(
              scope ->
                  Operators.apply(
                      operator, first.evaluate(scope), second.evaluate(scope), scope.budget));
    }
    return left;
  }

  private Expression unary(boolean withFilters) {
    tokens.enter();
    Expression value;
    if (tokens.skipOperator("-")) {
      Expression operand = unary(false);
      value = Expression.counted(scope -> Operators.negate(operand.evaluate(scope)));
    } else if (tokens.skipOperator("+")) {
      Expression operand = unary(false);
      value =
          Expression.counted(scope -> Operators.negate(Operators.negate(operand.evaluate(scope))));
    } else {
      value = primary.primary();
    }
    value = primary.postfix(value);
    value = withFilters ? filters.filtersAndTests(value) : value;
    tokens.leave();
    return value;
  }

  FilterParser filters() {
    return filters;
  }

  /** What a call block calls, up to its arguments. */
  Expression callee() {
    return primary.withoutCall(primary.primary());
  }

  PrimaryParser.Call arguments() {
    return primary.call();
  }

  /** Keyword arguments evaluated in order. */
  static Map<String, Object> evaluateNamed(Map<String, Expression> named, Scope scope) {
    Map<String, Object> values = new LinkedHashMap<>();
    named.forEach((name, value) -> values.put(name, value.evaluate(scope)));
    return values;
  }
}
