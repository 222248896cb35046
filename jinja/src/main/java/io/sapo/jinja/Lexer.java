package io.sapo.jinja;

import io.sapo.jinja.Token.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Template text to tokens, with the white space rules of trim_blocks and lstrip_blocks. */
final class Lexer {
  private static final Pattern RAW_BEGIN = Pattern.compile("\\{%[-+]?\\s*raw\\s*(-%\\}\\s*|%\\})");
  private static final Pattern RAW_END =
      Pattern.compile("\\{%([-+]?)\\s*endraw\\s*(\\+%\\}|-%\\}\\s*|%\\}\\n?)");
  private static final Pattern NAME =
      Pattern.compile("[\\p{L}_][\\w]*", Pattern.UNICODE_CHARACTER_CLASS);
  private static final List<String> OPERATORS =
      List.of(
          "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{",
          "}", ">", "<", "=", ".", ":", "|", ",", ";");

  private final String source;
  private final List<Token> tokens = new ArrayList<>();
  private int at;
  private int line = 1;
  private int counted;
  private boolean lineStarting = true;

  private Lexer(String source) {
    this.source = source;
  }

  static List<Token> tokens(String template) {
    String source = template.replace("\r\n", "\n").replace('\r', '\n');
    Lexer lexer =
        new Lexer(source.endsWith("\n") ? source.substring(0, source.length() - 1) : source);
    lexer.run();
    return lexer.tokens;
  }

  private void run() {
    while (at < source.length()) {
      int open = nextOpening();
      if (open < 0) {
        data(source.substring(at));
        at = source.length();
      } else {
        opening(open);
      }
    }
    add(Kind.END, "");
  }

  private int nextOpening() {
    for (int i = source.indexOf('{', at); i >= 0; i = source.indexOf('{', i + 1)) {
      if (i + 1 < source.length() && "{%#".indexOf(source.charAt(i + 1)) >= 0) {
        return i;
      }
    }
    return -1;
  }

  private void opening(int open) {
    char kind = source.charAt(open + 1);
    char sign = open + 2 < source.length() ? source.charAt(open + 2) : ' ';
    boolean signed = sign == '-' || sign == '+';
    data(stripped(source.substring(at, open), sign, kind != '{'));
    at = open + (signed ? 3 : 2);
    if (kind == '#') {
      comment();
      return;
    }
    Matcher raw = RAW_BEGIN.matcher(source).region(open, source.length());
    if (kind == '%' && raw.lookingAt()) {
      raw(raw.end());
      return;
    }
    add(kind == '{' ? Kind.VARIABLE_BEGIN : Kind.BLOCK_BEGIN, "{" + kind);
    expression(kind == '{' ? "}}" : "%}");
  }

  /** The text before an opening: without its white space as the sign and lstrip_blocks want it. */
  private String stripped(String text, char sign, boolean block) {
    if (sign == '-') {
      return PyText.stripRight(text);
    }
    int lineStart = text.lastIndexOf('\n') + 1;
    boolean blank = PyText.stripRight(text.substring(lineStart)).isEmpty();
    if (sign != '+' && block && (lineStart > 0 || lineStarting) && blank) {
      return text.substring(0, lineStart);
    }
    return text;
  }

  private void comment() {
    int end = source.indexOf("#}", at);
    if (end < 0) {
      throw JinjaException.syntax(line(), "a comment has no end");
    }
    char sign = end > at ? source.charAt(end - 1) : ' ';
    at = end;
    afterTag(2, sign, true);
  }

  private void raw(int begin) {
    Matcher end = RAW_END.matcher(source);
    if (!end.find(begin)) {
      throw JinjaException.syntax(line(), "a raw block has no end");
    }
    lineStarting = source.charAt(begin - 1) == '\n';
    String sign = end.group(1);
    data(
        stripped(
            source.substring(begin, end.start()), sign.isEmpty() ? ' ' : sign.charAt(0), true));
    at = end.end();
    lineStarting = source.charAt(at - 1) == '\n';
  }

  /** Steps over a closing delimiter and the white space that goes with it. */
  private void afterTag(int length, char sign, boolean trim) {
    at += length;
    if (sign == '-') {
      while (at < source.length() && PyText.isSpace(source.charAt(at))) {
        at++;
      }
    } else if (sign != '+' && trim && at < source.length() && source.charAt(at) == '\n') {
      at++;
    }
    lineStarting = source.charAt(at - 1) == '\n';
  }

  private void expression(String close) {
    boolean block = close.equals("%}");
    Deque<Character> open = new ArrayDeque<>();
    while (true) {
      while (at < source.length() && PyText.isSpace(source.charAt(at))) {
        at++;
      }
      if (at >= source.length()) {
        throw JinjaException.syntax(line(), "a tag has no end; '" + close + "' is missing");
      }
      char next = source.charAt(at);
      boolean sign = next == '-' || block && next == '+';
      if (open.isEmpty() && source.startsWith(close, sign ? at + 1 : at)) {
        add(block ? Kind.BLOCK_END : Kind.VARIABLE_END, close);
        afterTag(sign ? 3 : 2, next, block);
        return;
      }
      token(next, open);
    }
  }

  private void token(char next, Deque<Character> open) {
    if (next == '\'' || next == '"') {
      string(next);
    } else if (next >= '0' && next <= '9') {
      Numerals.Numeral number = Numerals.read(source, at, line());
      add(Kind.NUMBER, number.value());
      at = number.end();
    } else {
      Matcher name = NAME.matcher(source).region(at, source.length());
      if (name.lookingAt()) {
        add(Kind.NAME, name.group());
        at = name.end();
      } else {
        operator(next, open);
      }
    }
  }

  private void operator(char next, Deque<Character> open) {
    String found = OPERATORS.stream().filter(o -> source.startsWith(o, at)).findFirst().orElse("");
    switch (found) {
      case "" -> throw JinjaException.syntax(line(), "unexpected character '" + next + "'");
      case "(" -> open.push(')');
      case "[" -> open.push(']');
      case "{" -> open.push('}');
      case ")", "]", "}" -> {
        if (open.isEmpty() || open.pop() != found.charAt(0)) {
          throw JinjaException.syntax(line(), "unexpected '" + found + "'");
        }
      }
      default -> {}
    }
    add(Kind.OPERATOR, found);
    at += found.length();
  }

  private void string(char quote) {
    int end = at + 1;
    while (end < source.length() && source.charAt(end) != quote) {
      end += source.charAt(end) == '\\' ? 2 : 1;
    }
    if (end >= source.length()) {
      throw JinjaException.syntax(line(), "a string has no end");
    }
    add(Kind.STRING, Escapes.decode(source.substring(at + 1, end), line()));
    at = end + 1;
  }

  private void data(String text) {
    if (!text.isEmpty()) {
      add(Kind.DATA, text);
    }
  }

  private void add(Kind kind, Object value) {
    tokens.add(new Token(kind, value, line()));
  }

  private int line() {
    for (; counted < at && counted < source.length(); counted++) {
      if (source.charAt(counted) == '\n') {
        line++;
      }
    }
    return line;
  }
}
