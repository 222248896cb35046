package io.sapo.jinja;

import io.sapo.jinja.Statement.Flow;
import io.sapo.jinja.Token.Kind;
import java.util.LinkedHashMap;
import java.util.Map;

/** Tags that give names to values, and those that use the text a body writes. */
final class AssignmentParser {
  /** No template can write this name. */
  private static final String CAPTURED_TEXT = "captured text";

  private static final Expression CAPTURED = scope -> scope.get(CAPTURED_TEXT);

  private final TokenStream tokens;
  private final ExpressionParser expressions;
  private final TemplateParser template;

  AssignmentParser(TokenStream tokens, ExpressionParser expressions, TemplateParser template) {
    this.tokens = tokens;
    this.expressions = expressions;
    this.template = template;
  }

  Statement set() {
    Target target = Target.parse(tokens);
    if (tokens.skipOperator("=")) {
      Expression value = expressions.tuple(true);
      template.endOfTag();
      return (scope, out) -> {
        target.assign(scope, value.evaluate(scope));
        return Flow.NEXT;
      };
    }
    int missing = tokens.noted();
    Expression value = expressions.filters().chain(CAPTURED);
    tokens.failIfMissing(missing);
    template.endOfTag();
    Statement body = template.bodyOf("endset");
    return capturing(
        body,
        (scope, out) -> {
          target.assign(scope.outer(), value.evaluate(scope));
          return Flow.NEXT;
        });
  }

  /** Runs a body and then what uses the text it has written; a jump out of the body skips that. */
  private static Statement capturing(Statement body, Statement use) {
    return (scope, out) -> {
      StringBuilder text = new StringBuilder();
      Flow flow = body.run(scope.inner(), text);
      if (flow != Flow.NEXT) {
        return flow;
      }
      Scope captured = scope.inner();
      captured.set(CAPTURED_TEXT, text.toString());
      return use.run(captured, out);
    };
  }

  Statement filterBlock() {
    int missing = tokens.noted();
    Expression value = expressions.filters().chain(expressions.filters().filter(CAPTURED));
    tokens.failIfMissing(missing);
    template.endOfTag();
    Statement body = template.bodyOf("endfilter");
    return capturing(body, TemplateParser.output(value));
  }

  Statement with() {
    Map<Target, Expression> values = new LinkedHashMap<>();
    while (tokens.current().kind() != Kind.BLOCK_END) {
      Target target = Target.parse(tokens);
      tokens.expectOperator("=");
      values.put(target, expressions.expression());
      tokens.skipOperator(",");
    }
    template.endOfTag();
    Statement body = template.bodyOf("endwith");
    return (scope, out) -> {
      Scope inner = scope.inner();
      values.forEach((target, value) -> target.assign(inner, value.evaluate(scope)));
      return body.run(inner, out);
    };
  }
}
