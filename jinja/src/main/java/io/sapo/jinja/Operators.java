package io.sapo.jinja;

import io.sapo.jinja.Sequences.Tuple;
import java.util.ArrayList;
import java.util.List;

/** Python's binary operators on values. */
final class Operators {
  private Operators() {}

  static Object apply(String operator, Object left, Object right, Budget budget) {
    // A text's own formatting comes first: what is undefined prints as nothing.
    Values.failIfUndefined(left);
    if (!operator.equals("%") || Markup.textOf(left) == null) {
      Values.failIfUndefined(right);
    }
    if (left instanceof Markup || right instanceof Markup) {
      Object made = Markup.operate(operator, left, right, budget);
      if (made == null) {
        throw unsupported(operator, left, right);
      }
      return made;
    }
    if (PyNumbers.isNumber(left) && PyNumbers.isNumber(right)) {
      return PyNumbers.calculate(operator, left, right);
    }
    return switch (operator) {
      case "+" -> add(left, right, budget);
      case "*" -> multiply(left, right, budget);
      case "%" -> {
        if (left instanceof String format) {
          yield Formatting.percent(format, right, false, budget);
        }
        throw unsupported(operator, left, right);
      }
      default -> throw unsupported(operator, left, right);
    };
  }

  private static Object add(Object left, Object right, Budget budget) {
    if (left instanceof String a) {
      if (right instanceof String b) {
        budget.make((long) a.length() + b.length());
        return a + b;
      }
      throw JinjaException.value(
          "can only concatenate str (not \"%s\") to str".formatted(Values.typeName(right)));
    }
    boolean tuples = left instanceof Tuple;
    boolean lists = left instanceof ArrayList;
    if ((tuples || lists) && Values.typeName(left).equals(Values.typeName(right))) {
      List<Object> all = new ArrayList<>();
      budget.makeList((long) ((List<?>) left).size() + ((List<?>) right).size());
      all.addAll((List<?>) left);
      all.addAll((List<?>) right);
      return tuples ? new Tuple(all) : all;
    }
    throw unsupported("+", left, right);
  }

  private static Object multiply(Object left, Object right, Budget budget) {
    if (PyNumbers.isInteger(left)) {
      return multiply(right, left, budget);
    }
    if (!PyNumbers.isInteger(right)) {
      throw unsupported("*", left, right);
    }
    int times = Math.max(0, Values.index(right));
    if (left instanceof String text) {
      budget.make((long) text.length() * times);
      return text.repeat(text.isEmpty() ? 0 : times);
    }
    if (left instanceof Tuple || left instanceof ArrayList) {
      List<?> list = (List<?>) left;
      budget.makeList((long) list.size() * times);
      List<Object> all = new ArrayList<>();
      for (int i = 0; i < times && !list.isEmpty(); i++) {
        all.addAll(list);
      }
      return left instanceof Tuple ? new Tuple(all) : all;
    }
    throw unsupported("*", left, right);
  }

  static Object negate(Object value) {
    Values.failIfUndefined(value);
    if (!PyNumbers.isNumber(value)) {
      throw JinjaException.value("bad operand type for unary -: " + Values.typeName(value));
    }
    return value instanceof Double real ? -real : PyNumbers.normal(PyNumbers.big(value).negate());
  }

  static boolean compare(String operator, Object left, Object right, Budget budget) {
    return switch (operator) {
      case "==" -> Values.equal(left, right, budget);
      case "!=" -> !Values.equal(left, right, budget);
      case "in" -> Values.contains(right, left, budget);
      case "not in" -> !Values.contains(right, left, budget);
      case "<" -> Values.compare(left, right, operator, budget) < 0;
      case "<=" -> Values.compare(left, right, operator, budget) <= 0;
      case ">" -> Values.compare(left, right, operator, budget) > 0;
      default -> Values.compare(left, right, operator, budget) >= 0;
    };
  }

  private static JinjaException unsupported(String operator, Object left, Object right) {
    return JinjaException.value(
        "unsupported operand type(s) for %s: '%s' and '%s'"
            .formatted(operator, Values.typeName(left), Values.typeName(right)));
  }
}
