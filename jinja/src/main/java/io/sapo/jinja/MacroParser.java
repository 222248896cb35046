package io.sapo.jinja;

import io.sapo.jinja.Statement.Flow;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Macros: their definition, and blocks that call one. */
final class MacroParser {
  private final TokenStream tokens;
  private final ExpressionParser expressions;
  private final TemplateParser template;

  MacroParser(TokenStream tokens, ExpressionParser expressions, TemplateParser template) {
    this.tokens = tokens;
    this.expressions = expressions;
    this.template = template;
  }

  /** A macro tag, its name already read. */
  Statement macro() {
    String name = tokens.name();
    Macro.Signature signature = signature(name);
    template.endOfTag();
    Macro.Definition definition = definition(signature, "endmacro");
    return (scope, out) -> {
      scope.set(name, new Macro(definition, scope));
      return Flow.NEXT;
    };
  }

  private Macro.Definition definition(Macro.Signature signature, String end) {
    Set<String> before = tokens.collectNames();
    Statement body = template.bodyOutsideLoops(end);
    return new Macro.Definition(signature, body, tokens.names(before));
  }

  private Macro.Signature signature(String name) {
    List<String> parameters = new ArrayList<>();
    Map<String, Expression> defaults = new LinkedHashMap<>();
    tokens.expectOperator("(");
    while (!tokens.skipOperator(")")) {
      String parameter = tokens.name();
      parameters.add(parameter);
      if (tokens.skipOperator("=")) {
        defaults.put(parameter, expressions.expression());
      } else if (!defaults.isEmpty()) {
        throw tokens.fail("a parameter without a default follows one with a default");
      }
      if (!tokens.skipOperator(",")) {
        tokens.expectOperator(")");
        break;
      }
    }
    return new Macro.Signature(name, parameters, defaults);
  }

  /** A call block, which hands its body to the macro it calls as {@code caller}. */
  Statement callBlock() {
    Macro.Signature signature =
        tokens.current().operator("(")
            ? signature("caller")
            : new Macro.Signature("caller", List.of(), Map.of());
    Expression callee = expressions.callee();
    PrimaryParser.Call call = expressions.arguments();
    template.endOfTag();
    Macro.Definition caller = definition(signature, "endcall");
    return (scope, out) -> {
      Arguments given = call.evaluate(scope);
      Map<String, Object> named = new LinkedHashMap<>(given.named());
      named.put("caller", new Macro(caller, scope));
      Object value =
          PrimaryParser.invoke(
              callee.evaluate(scope), new Arguments(given.positional(), named), scope.budget);
      out.append(scope.budget.made(Printing.str(value, scope.budget)));
      return Flow.NEXT;
    };
  }
}
