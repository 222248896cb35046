package io.sapo.verifier.math;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Cuts an answer into tokens. What only decorates is left out. */
final class Lexer {
  private static final Pattern COMMAND = Pattern.compile("\\\\([A-Za-z]++\\*?|.)", Pattern.DOTALL);
  private static final Pattern ENVIRONMENT =
      Pattern.compile("\\s*+\\{\\s*+([A-Za-z]++\\*?)\\s*+\\}(?:\\s*+\\{[|lcr\\s]*+\\})?");
  private static final Pattern SET_OF_NUMBERS = Pattern.compile("\\s*+\\{?\\s*+([RZNQC])\\s*+\\}?");
  private static final Pattern OPENING = Pattern.compile("\\s*+\\{");

  /** What a command of spacing takes, and what may stand behind the end of a row. */
  private static final Pattern LENGTH = Pattern.compile("\\*?\\s*+\\{[^{}\\\\]*+\\}");

  /** The point of \left. */
  private static final Pattern NO_BRACKET = Pattern.compile("\\s*+\\.(?![0-9])");

  private static final Pattern ROW_SPACE =
      Pattern.compile("\\s*+\\[\\s*+-?[0-9.]++\\s*+(?:pt|em|ex|mm|cm|in|jot)\\s*+\\]");

  /** Signs of currency and quotation. */
  private static final String SILENT = "$\u20ac\u00a3\u00a5\u20b9`\"";

  private static final Pattern NOT_IN = Pattern.compile("\\\\not\\s*+\\\\in(?![A-Za-z])");
  private static final Pattern NOT_EQUAL = Pattern.compile("\\\\not\\s*+=");
  private static final Pattern TIMES_LETTER =
      Pattern.compile("(?<=[0-9)}])\\s{0,4}[xX]\\s{0,4}(?=10\\s{0,4}\\^)");

  private final String text;
  private final Numerals numerals;
  private final Numerals numeralsInBrackets;
  private final List<Token> tokens = new ArrayList<>();

  /** For each open brace whether it opened text. */
  private final Deque<Boolean> braces = new ArrayDeque<>();

  private int at;
  private int brackets;
  private int texts;
  private boolean spaced;

  /**
   * @param thousands whether 1,234 is one number where it stands outside brackets
   */
  Lexer(String answer, boolean thousands) {
    this.text =
        TIMES_LETTER
            .matcher(
                NOT_IN
                    .matcher(NOT_EQUAL.matcher(UnicodeSigns.ascii(answer)).replaceAll("\\\\ne "))
                    .replaceAll("\\\\notin ")
                    .replace("+/-", "\\pm "))
            .replaceAll("\\\\times ");
    this.numerals = new Numerals(text, thousands);
    this.numeralsInBrackets = new Numerals(text, false);
  }

  List<Token> tokens() throws UnreadableException {
    while (at < text.length()) {
      char c = text.charAt(at);
      if (Character.isWhitespace(c) || c == '~' || c == '\u00a0') {
        spaced = true;
        at++;
      } else if (c == '\\') {
        command();
      } else if (Numerals.startsAt(text, at)) {
        number();
      } else if (Character.isLetter(c)) {
        word();
      } else if (c == '{' || c == '}') {
        brace(c);
      } else {
        sign(c);
      }
    }
    while (!tokens.isEmpty() && ends(tokens.get(tokens.size() - 1))) {
      tokens.remove(tokens.size() - 1);
    }
    return Brackets.told(tokens);
  }

  private static boolean ends(Token token) {
    return token.isSign(".") || token.isSign(",") || token.isSign(";") || token.isSign("\\\\");
  }

  private void add(Token.Kind kind, String what, Rational value) {
    tokens.add(new Token(kind, what, value, spaced, texts > 0));
    spaced = false;
  }

  private void number() throws UnreadableException {
    Numerals.Numeral numeral = (brackets == 0 ? numerals : numeralsInBrackets).read(at);
    add(Token.Kind.NUMBER, numeral.digits(), numeral.value());
    at = numeral.end();
  }

  private void word() {
    int start = at;
    while (at < text.length() && Character.isLetter(text.charAt(at))) {
      at++;
    }
    add(Token.Kind.WORD, text.substring(start, at), null);
  }

  private void brace(char c) {
    at++;
    if (c == '{') {
      braces.push(false);
      add(Token.Kind.SIGN, "{", null);
    } else if (!braces.isEmpty() && braces.pop()) {
      texts--;
      spaced = true;
    } else if (closesNothing()) {
      tokens.remove(tokens.size() - 1);
    } else {
      add(Token.Kind.SIGN, "}", null);
    }
  }

  /** {} by itself, which is no argument of a command. */
  private boolean closesNothing() {
    int last = tokens.size() - 1;
    if (last < 0 || !tokens.get(last).isSign("{")) {
      return false;
    }
    Token before = last == 0 ? null : tokens.get(last - 1);
    return before == null
        || before.kind() != Token.Kind.COMMAND
            && !before.isSign("}")
            && !before.isSign("^")
            && !before.isSign("_");
  }

  private void sign(char c) {
    if (text.startsWith("...", at)) {
      at += 3;
      add(Token.Kind.SIGN, "\u2026", null);
      return;
    }
    at++;
    if (SILENT.indexOf(c) >= 0) {
      return;
    }
    if (c == '*' && at < text.length() && text.charAt(at) == '*') {
      at++;
      power();
      return;
    }
    String what = String.valueOf(c);
    if ((c == '<' || c == '>' || c == '!') && at < text.length() && text.charAt(at) == '=') {
      at++;
      what = what + "=";
    }
    bracket(what);
    add(Token.Kind.SIGN, what, null);
  }

  /** Two asterisks are emphasis at an end, a power between operands. */
  private void power() {
    if (!tokens.isEmpty() && at < text.length()) {
      add(Token.Kind.SIGN, "^", null);
    }
  }

  private void bracket(String what) {
    switch (what) {
      case "(", "[", "\\{", "\u27e8" -> brackets++;
      case ")", "]", "\\}", "\u27e9" -> brackets = Math.max(0, brackets - 1);
      default -> {}
    }
  }

  private void command() {
    Matcher command = COMMAND.matcher(text).region(at, text.length());
    if (!command.lookingAt()) {
      at++;
      return;
    }
    String name = command.group(1);
    at = command.end();
    if (Symbols.SPACES.contains(name)) {
      spaced = true;
    } else if (Symbols.SPACES_OF_LENGTH.contains(name)) {
      spaced = true;
      pass(LENGTH);
    } else if (Symbols.TEXTS.contains(name)) {
      text();
    } else if (name.equals("begin") || name.equals("end")) {
      environment(name);
    } else if (name.equals("mathbb") || name.equals("mathbf") || name.equals("Bbb")) {
      numbers(name);
    } else if (name.equals("left") || name.equals("right")) {
      pass(NO_BRACKET);
    } else if (!Symbols.DECORATIONS.contains(name)) {
      symbol(name);
      if (name.equals("\\")) {
        pass(ROW_SPACE);
      }
    }
  }

  private void pass(Pattern pattern) {
    Matcher passed = pattern.matcher(text).region(at, text.length());
    at = passed.lookingAt() ? passed.end() : at;
  }

  private void symbol(String name) {
    Optional<String> sign = Optional.ofNullable(Symbols.SIGNS.get(name));
    if (sign.isPresent()) {
      bracket(sign.get());
      add(Token.Kind.SIGN, sign.get(), null);
    } else if (name.equals("imath") || name.equals("jmath")) {
      add(Token.Kind.NAME, name.substring(0, 1), null);
    } else if (Symbols.GREEK.contains(name)) {
      add(Token.Kind.NAME, Symbols.plainGreek(name), null);
    } else {
      add(Token.Kind.COMMAND, Symbols.COMMANDS.getOrDefault(name, name), null);
    }
  }

  private void text() {
    Matcher opening = OPENING.matcher(text).region(at, text.length());
    if (opening.lookingAt()) {
      at = opening.end();
      braces.push(true);
      texts++;
      spaced = true;
    }
  }

  private void environment(String name) {
    Matcher environment = ENVIRONMENT.matcher(text).region(at, text.length());
    if (environment.lookingAt()) {
      at = environment.end();
      add(Token.Kind.COMMAND, name + " " + environment.group(1).replace("*", ""), null);
      brackets = Math.max(0, brackets + (name.equals("begin") ? 1 : -1));
    } else {
      add(Token.Kind.COMMAND, name, null);
    }
  }

  /** \mathbb{R}; of bold face only what is no set of numbers is text. */
  private void numbers(String name) {
    Matcher set = SET_OF_NUMBERS.matcher(text).region(at, text.length());
    if (!name.equals("mathbf") && set.lookingAt()) {
      at = set.end();
      add(Token.Kind.COMMAND, set.group(1), null);
    } else {
      text();
    }
  }
}
