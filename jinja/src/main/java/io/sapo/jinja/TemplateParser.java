package io.sapo.jinja;

import io.sapo.jinja.Statement.Flow;
import io.sapo.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Text, output and tags. */
final class TemplateParser {
  private static final Set<String> FILES = Set.of("include", "import", "from", "extends");
  private final TokenStream tokens;
  private final ExpressionParser expressions;
  private final FilterParser filters;
  private final MacroParser macros;
  private int loops;

  TemplateParser(List<Token> tokens) {
    this.tokens = new TokenStream(tokens);
    this.expressions = new ExpressionParser(this.tokens);
    this.filters = expressions.filters();
    this.macros = new MacroParser(this.tokens, expressions, this);
  }

  Statement template() {
    Statement body = body("");
    if (tokens.current().kind() != Kind.END) {
      throw tokens.unexpected("the end of the template");
    }
    return body;
  }

  /**
   * Statements up to a tag of one of the given names, which is left to be read, its opening being
   * behind; no names for the end of the template.
   */
  private Statement body(String... ends) {
    tokens.enter();
    List<Statement> statements = new ArrayList<>();
    while (true) {
      Token token = tokens.next();
      if (token.kind() == Kind.END) {
        if (ends.length > 0 && !ends[0].isEmpty()) {
          throw tokens.fail(
              "the template ends where '" + String.join("' or '", ends) + "' should be");
        }
        break;
      }
      if (token.kind() == Kind.DATA) {
        statements.add(text((String) token.value()));
      } else if (token.kind() == Kind.VARIABLE_BEGIN) {
        statements.add(output(expressions.tuple(true)));
        tokens.expect(Kind.VARIABLE_END, "'}}'");
      } else {
        String tag = tokens.current().kind() == Kind.NAME ? (String) tokens.current().value() : "";
        if (List.of(ends).contains(tag)) {
          break;
        }
        statements.add(tag());
      }
    }
    tokens.leave();
    return sequence(statements);
  }

  private static Statement text(String text) {
    return (scope, out) -> {
      scope.budget.make(text.length());
      out.append(text);
      return Flow.NEXT;
    };
  }

  private static Statement output(Expression expression) {
    return (scope, out) -> {
      out.append(scope.budget.made(Printing.str(expression.evaluate(scope), scope.budget)));
      return Flow.NEXT;
    };
  }

  private static Statement sequence(List<Statement> statements) {
    return (scope, out) -> {
      scope.budget.enter();
      Flow flow = Flow.NEXT;
      for (int i = 0; i < statements.size() && flow == Flow.NEXT; i++) {
        flow = statements.get(i).run(scope, out);
      }
      scope.budget.leave();
      return flow;
    };
  }

  private Statement tag() {
    String tag = tokens.name();
    return switch (tag) {
      case "if" -> conditional();
      case "for" -> loop();
      case "set" -> set();
      case "macro" -> macros.macro();
      case "call" -> macros.callBlock();
      case "filter" -> filterBlock();
      case "with" -> with();
      case "generation" -> {
        endOfTag();
        yield scoped(bodyOf("endgeneration"));
      }
      case "block" -> {
        tokens.name();
        endOfTag();
        Statement body = body("endblock");
        tokens.next();
        if (tokens.current().kind() == Kind.NAME) {
          tokens.next();
        }
        endOfTag();
        yield scoped(body);
      }
      case "break" -> jump(Flow.BREAK);
      case "continue" -> jump(Flow.CONTINUE);
      default ->
          throw tokens.fail(
              FILES.contains(tag)
                  ? "tag '" + tag + "' reads another file, which a chat template may not"
                  : "Encountered unknown tag '" + tag + "'");
    };
  }

  void endOfTag() {
    tokens.expect(Kind.BLOCK_END, "'%}'");
  }

  /** A body with its closing tag. */
  private Statement bodyOf(String end) {
    Statement body = body(end);
    tokens.next();
    endOfTag();
    return body;
  }

  /** The body of a macro, whose breaks are not those of a loop around its definition. */
  Statement bodyOutsideLoops(String end) {
    int outerLoops = loops;
    loops = 0;
    Statement body = bodyOf(end);
    loops = outerLoops;
    return body;
  }

  private static Statement scoped(Statement body) {
    return (scope, out) -> body.run(scope.inner(), out);
  }

  private Statement jump(Flow flow) {
    if (loops == 0) {
      throw tokens.fail("'" + flow.name().toLowerCase() + "' outside a loop");
    }
    endOfTag();
    return (scope, out) -> flow;
  }

  private Statement conditional() {
    Expression test = expressions.tuple(false);
    endOfTag();
    Statement then = body("elif", "else", "endif");
    Statement otherwise;
    if (tokens.skipName("elif")) {
      tokens.enter();
      otherwise = conditional();
      tokens.leave();
    } else if (tokens.skipName("else")) {
      endOfTag();
      otherwise = bodyOf("endif");
    } else {
      tokens.next();
      endOfTag();
      otherwise = (scope, out) -> Flow.NEXT;
    }
    return (scope, out) -> (Values.truthy(test.evaluate(scope)) ? then : otherwise).run(scope, out);
  }

  private Statement loop() {
    Target target = Target.parse(tokens);
    if (!tokens.skipName("in")) {
      throw tokens.unexpected("'in'");
    }
    Expression elements = expressions.tuple(false);
    Expression filter = tokens.skipName("if") ? expressions.expression() : null;
    boolean recursive = tokens.skipName("recursive");
    endOfTag();
    loops++;
    Statement body = body("else", "endfor");
    loops--;
    Statement otherwise = null;
    if (tokens.skipName("else")) {
      endOfTag();
      otherwise = body("endfor");
    }
    tokens.next();
    endOfTag();
    return new ForLoop(target, elements, filter, recursive, body, otherwise);
  }

  private Statement set() {
    Target target = Target.parse(tokens);
    if (tokens.skipOperator("=")) {
      Expression value = expressions.tuple(true);
      endOfTag();
      return (scope, out) -> {
        target.assign(scope, value.evaluate(scope));
        return Flow.NEXT;
      };
    }
    CapturedText captured = new CapturedText();
    Expression value = tokens.current().operator("|") ? filters.chain(captured) : captured;
    endOfTag();
    captured.body = bodyOf("endset");
    return (scope, out) -> {
      target.assign(scope, value.evaluate(scope));
      return Flow.NEXT;
    };
  }

  /** What a body writes, as a value. */
  private static final class CapturedText implements Expression {
    private Statement body;

    @Override
    public Object evaluate(Scope scope) {
      StringBuilder text = new StringBuilder();
      body.run(scope.inner(), text);
      return text.toString();
    }
  }

  private Statement filterBlock() {
    CapturedText captured = new CapturedText();
    Expression value = filters.chain(filters.filter(captured));
    endOfTag();
    captured.body = bodyOf("endfilter");
    return output(value);
  }

  private Statement with() {
    Map<Target, Expression> values = new LinkedHashMap<>();
    while (tokens.current().kind() != Kind.BLOCK_END) {
      Target target = Target.parse(tokens);
      tokens.expectOperator("=");
      values.put(target, expressions.expression());
      tokens.skipOperator(",");
    }
    endOfTag();
    Statement body = bodyOf("endwith");
    return (scope, out) -> {
      Scope inner = scope.inner();
      values.forEach((target, value) -> target.assign(inner, value.evaluate(scope)));
      return body.run(inner, out);
    };
  }
}
