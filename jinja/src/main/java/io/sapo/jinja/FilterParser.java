package io.sapo.jinja;

import java.util.List;
import java.util.Map;

/** What may stand behind an operand: filters ({@code | name(…)}) and tests ({@code is name}). */
final class FilterParser {
  private final TokenStream tokens;
  private final PrimaryParser primary;

  FilterParser(TokenStream tokens, PrimaryParser primary) {
    this.tokens = tokens;
    this.primary = primary;
  }

  /** The operand with all filters, tests and calls behind it. */
  Expression filtersAndTests(Expression operand) {
    Expression value = operand;
    while (true) {
      if (tokens.current().operator("|")) {
        value = chain(value);
      } else if (tokens.skipName("is")) {
        value = test(value);
      } else if (tokens.current().operator("(")) {
        value = primary.postfix(value);
      } else {
        return value;
      }
    }
  }

  /** Filters with bars before them, the bar of the first one not yet read. */
  Expression chain(Expression operand) {
    Expression value = operand;
    while (tokens.skipOperator("|")) {
      value = filter(value);
    }
    return value;
  }

  /** One filter, its bar already read. */
  Expression filter(Expression operand) {
    String name = dotted();
    Filters.Filter filter = Filters.find(name);
    if (filter == null) {
      tokens.missing("No filter named '" + name + "'.");
    }
    PrimaryParser.Call call =
        tokens.current().operator("(") ? primary.call() : PrimaryParser.Call.NONE;
    if (filter == null) {
      return scope -> {
        throw JinjaException.value("No filter named '" + name + "' found.");
      };
    }
    return Expression.counted(
        scope -> filter.apply(operand.evaluate(scope), call.evaluate(scope), scope.budget));
  }

  private Expression test(Expression operand) {
    boolean negated = tokens.skipName("not");
    String name = dotted();
    Tests.Test test = Tests.find(name);
    if (test == null) {
      tokens.missing("No test named '" + name + "'.");
    }
    PrimaryParser.Call call = PrimaryParser.Call.NONE;
    if (tokens.current().operator("(")) {
      call = primary.call();
    } else if (tokens.current().name("is")) {
      throw tokens.fail("You cannot chain multiple tests with is");
    } else if (takesArgument(tokens.current())) {
      call =
          new PrimaryParser.Call(List.of(primary.postfix(primary.primary())), Map.of(), null, null);
    }
    if (test == null) {
      return scope -> {
        throw JinjaException.value("No test named '" + name + "' found.");
      };
    }
    PrimaryParser.Call arguments = call;
    return Expression.counted(
        scope ->
            test.holds(operand.evaluate(scope), arguments.evaluate(scope), scope.budget)
                != negated);
  }

  private static boolean takesArgument(Token token) {
    return switch (token.kind()) {
      case NAME -> !token.name("else") && !token.name("or") && !token.name("and");
      case STRING, NUMBER -> true;
      case OPERATOR -> token.operator("(") || token.operator("[") || token.operator("{");
      default -> false;
    };
  }

  private String dotted() {
    StringBuilder name = new StringBuilder(tokens.name());
    while (tokens.skipOperator(".")) {
      name.append('.').append(tokens.name());
    }
    return name.toString();
  }
}
