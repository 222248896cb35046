package io.sapo.jinja;

import io.sapo.jinja.Sequences.View;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Jinja2's tests: what may follow {@code is}. */
final class Tests {
  interface Test {
    boolean holds(Object value, Arguments arguments, Budget budget);
  }

  private static final Map<String, Test> TESTS = new HashMap<>();

  static {
    TESTS.put("defined", (v, a, b) -> !(v instanceof Undefined));
    TESTS.put("undefined", (v, a, b) -> v instanceof Undefined);
    TESTS.put("none", (v, a, b) -> v == null);
    TESTS.put("string", (v, a, b) -> Markup.textOf(v) != null);
    TESTS.put("mapping", (v, a, b) -> v instanceof Map);
    TESTS.put("iterable", (v, a, b) -> Elements.iterable(v));
    TESTS.put("sequence", (v, a, b) -> sequence(v));
    TESTS.put("number", (v, a, b) -> PyNumbers.isNumber(v));
    TESTS.put("integer", (v, a, b) -> PyNumbers.isInteger(v) && !(v instanceof Boolean));
    TESTS.put("float", (v, a, b) -> v instanceof Double);
    TESTS.put("boolean", (v, a, b) -> v instanceof Boolean);
    TESTS.put("true", (v, a, b) -> Boolean.TRUE.equals(v));
    TESTS.put("false", (v, a, b) -> Boolean.FALSE.equals(v));
    TESTS.put("callable", (v, a, b) -> v instanceof Callable || v instanceof Undefined);
    TESTS.put("sameas", (v, a, b) -> Values.same(v, a.required(0, "other"), b));
    TESTS.put("escaped", (v, a, b) -> v instanceof Markup);
    TESTS.put("odd", (v, a, b) -> remainder(v, 2L, 1L, b));
    TESTS.put("even", (v, a, b) -> remainder(v, 2L, 0L, b));
    TESTS.put("divisibleby", (v, a, b) -> remainder(v, a.required(0, "num"), 0L, b));
    TESTS.put("lower", (v, a, b) -> StringMethods.isLower(b.made(Printing.str(v, b))));
    TESTS.put("upper", (v, a, b) -> StringMethods.isUpper(b.made(Printing.str(v, b))));
    TESTS.put("in", (v, a, b) -> Values.contains(a.required(0, "seq"), v, b));
    TESTS.put(
        "filter",
        (v, a, b) -> Markup.plain(v) instanceof String name && Filters.find(name) != null);
    TESTS.put("test", (v, a, b) -> Markup.plain(v) instanceof String name && find(name) != null);
    comparison("==", "==", "eq", "equalto");
    comparison("!=", "!=", "ne");
    comparison("<", "<", "lt", "lessthan");
    comparison("<=", "<=", "le");
    comparison(">", ">", "gt", "greaterthan");
    comparison(">=", ">=", "ge");
  }

  private Tests() {}

  private static void comparison(String operator, String... names) {
    for (String name : names) {
      TESTS.put(name, (v, a, b) -> Operators.compare(operator, v, a.required(0, "other"), b));
    }
  }

  /** Null where there is none. */
  static Test find(String name) {
    Test test = TESTS.get(name);
    return test == null
        ? null
        : (value, arguments, budget) -> {
          Signatures.checkTest(name, arguments);
          return test.holds(value, arguments, budget);
        };
  }

  private static boolean sequence(Object value) {
    return Markup.textOf(value) != null
        || value instanceof Map
        || value instanceof List
        || value instanceof Undefined && !(value instanceof View);
  }

  /** By Python's {@code %}, which of a text is its formatting. */
  private static boolean remainder(Object value, Object divisor, Object wanted, Budget budget) {
    return Values.equal(Operators.apply("%", value, divisor, budget), wanted, budget);
  }
}
