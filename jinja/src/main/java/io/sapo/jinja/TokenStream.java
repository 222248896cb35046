package io.sapo.jinja;

import io.sapo.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The parsers' place in the tokens, and what both of them keep count of. */
final class TokenStream {
  private static final int MAX_NESTING = 100;
  private final List<Token> tokens;
  private int at;
  private int nesting;
  private Set<String> names = new LinkedHashSet<>();
  private final List<JinjaException> missing = new ArrayList<>();

  TokenStream(List<Token> tokens) {
    this.tokens = tokens;
  }

  Token current() {
    return tokens.get(at);
  }

  Token look() {
    return tokens.get(Math.min(at + 1, tokens.size() - 1));
  }

  Token next() {
    Token token = current();
    if (token.kind() != Kind.END) {
      at++;
    }
    if (token.kind() == Kind.NAME) {
      names.add((String) token.value());
    }
    return token;
  }

  boolean skipOperator(String text) {
    return current().operator(text) && next() != null;
  }

  boolean skipName(String text) {
    return current().name(text) && next() != null;
  }

  void expectOperator(String text) {
    if (!skipOperator(text)) {
      throw unexpected("'" + text + "'");
    }
  }

  Token expect(Kind kind, String what) {
    if (current().kind() != kind) {
      throw unexpected(what);
    }
    return next();
  }

  String name() {
    return (String) expect(Kind.NAME, "a name").value();
  }

  JinjaException unexpected(String wanted) {
    return fail("found " + current() + " where " + wanted + " should be");
  }

  JinjaException fail(String problem) {
    return JinjaException.syntax(current().line(), problem);
  }

  void enter() {
    if (++nesting > MAX_NESTING) {
      throw fail("nests deeper than " + MAX_NESTING + " levels");
    }
  }

  void leave() {
    nesting--;
  }

  /**
   * Notes a filter or test that does not exist. That is an error, unless it stands in a condition
   * or in what one decides over: there it is one only when it is come to.
   */
  void missing(String problem) {
    missing.add(fail(problem));
  }

  /** How many missing names are noted so far. */
  int noted() {
    return missing.size();
  }

  /** Forgets those noted since: they stand in a condition, or in what one decides over. */
  void forgive(int noted) {
    missing.subList(noted, missing.size()).clear();
  }

  /** Fails for those noted since: no condition reaches into where they stand. */
  void failIfMissing(int noted) {
    if (missing.size() > noted) {
      throw missing.get(noted);
    }
  }

  /** Starts a new collection of the names read; the one before is given back to {@link #names}. */
  Set<String> collectNames() {
    Set<String> before = names;
    names = new LinkedHashSet<>();
    return before;
  }

  /** Ends a collection and returns what it holds. */
  Set<String> names(Set<String> before) {
    Set<String> collected = names;
    names = before;
    names.addAll(collected);
    return collected;
  }
}
