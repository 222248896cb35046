package io.sapo.jinja;

import io.sapo.jinja.Statement.Flow;
import io.sapo.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Text, output and tags. */
final class TemplateParser {
  private static final Set<String> FILES = Set.of("include", "import", "from", "extends");

  private final TokenStream tokens;
  private final ExpressionParser expressions;
  private final MacroParser macros;
  private final AssignmentParser assignments;
  private final Map<String, Statement> blocks = new LinkedHashMap<>();
  private int loops;

  TemplateParser(List<Token> tokens) {
    this.tokens = new TokenStream(tokens);
    this.expressions = new ExpressionParser(this.tokens);
    this.macros = new MacroParser(this.tokens, expressions, this);
    this.assignments = new AssignmentParser(this.tokens, expressions, this);
  }

  Statement template() {
    Statement body = body("");
    if (tokens.current().kind() != Kind.END) {
      throw tokens.unexpected("the end of the template");
    }
    tokens.failIfMissing(0);
    return (scope, out) -> {
      scope.setIfAbsent("self", new Blocks(blocks, scope));
      return body.run(scope, out);
    };
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

  static Statement output(Expression expression) {
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
      case "set" -> assignments.set();
      case "macro" -> macros.macro();
      case "call" -> macros.callBlock();
      case "filter" -> assignments.filterBlock();
      case "with" -> assignments.with();
      case "generation" -> {
        endOfTag();
        yield scoped(bodyOf("endgeneration"));
      }
      case "autoescape" -> autoescape();
      case "block" -> block();
      case "break" -> jump(Flow.BREAK);
      case "continue" -> jump(Flow.CONTINUE);
      default -> {
        if (!FILES.contains(tag)) {
          throw tokens.fail("Encountered unknown tag '" + tag + "'");
        }
        yield file(tag);
      }
    };
  }

  /** Off is what a chat has anyway. */
  private Statement autoescape() {
    Expression escapes = expressions.expression();
    endOfTag();
    Statement body = bodyOf("endautoescape");
    return scoped(
        (scope, out) -> {
          if (Values.truthy(escapes.evaluate(scope))) {
            Filters.withoutWebPages("escaping of all that is written (tag 'autoescape')");
          }
          return body.run(scope, out);
        });
  }

  /** A tag that needs another file fails where it is come to. */
  private Statement file(String tag) {
    while (tokens.current().kind() != Kind.BLOCK_END) {
      tokens.next();
    }
    endOfTag();
    return (scope, out) -> {
      throw new JinjaException(
          JinjaException.Kind.FORBIDDEN,
          "tag '" + tag + "' reads another file, which a chat template may not");
    };
  }

  /** A block sees the names of the template, not those of a loop around it unless it is scoped. */
  private Statement block() {
    String name = tokens.name();
    boolean inside = false;
    while (tokens.current().name("scoped") || tokens.current().name("required")) {
      inside |= tokens.name().equals("scoped");
    }
    endOfTag();
    Statement body = apart("endblock");
    tokens.next();
    if (tokens.current().kind() == Kind.NAME) {
      tokens.next();
    }
    endOfTag();
    if (blocks.putIfAbsent(name, body) != null) {
      throw tokens.fail("block '" + name + "' defined twice");
    }
    return inside ? scoped(body) : (scope, out) -> body.run(scope.root().inner(), out);
  }

  void endOfTag() {
    tokens.expect(Kind.BLOCK_END, "'%}'");
  }

  /** A body with names of its own, with its closing tag. */
  Statement bodyOf(String end) {
    Statement body = apart(end);
    tokens.next();
    endOfTag();
    return body;
  }

  /** A body with names of its own; a condition around it does not reach into it. */
  private Statement apart(String... ends) {
    int missing = tokens.noted();
    Statement body = body(ends);
    tokens.failIfMissing(missing);
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
      throw tokens.fail("'" + flow.name().toLowerCase(Locale.ROOT) + "' outside a loop");
    }
    endOfTag();
    return (scope, out) -> flow;
  }

  private Statement conditional() {
    int missing = tokens.noted();
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
      otherwise = body("endif");
      tokens.next();
      endOfTag();
    } else {
      tokens.next();
      endOfTag();
      otherwise = (scope, out) -> Flow.NEXT;
    }
    tokens.forgive(missing);
    return (scope, out) -> (Values.truthy(test.evaluate(scope)) ? then : otherwise).run(scope, out);
  }

  private Statement loop() {
    Target target = Target.parse(tokens);
    if (!tokens.skipName("in")) {
      throw tokens.unexpected("'in'");
    }
    Expression elements = expressions.tuple(false);
    int missing = tokens.noted();
    Expression filter = tokens.skipName("if") ? expressions.expression() : null;
    tokens.failIfMissing(missing);
    boolean recursive = tokens.skipName("recursive");
    endOfTag();
    loops++;
    Statement body = apart("else", "endfor");
    loops--;
    Statement otherwise = null;
    if (tokens.skipName("else")) {
      endOfTag();
      otherwise = apart("endfor");
    }
    tokens.next();
    endOfTag();
    return new ForLoop(target, elements, filter, recursive, body, otherwise);
  }
}
