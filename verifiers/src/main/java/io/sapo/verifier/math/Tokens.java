package io.sapo.verifier.math;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Cuts and looks through runs of tokens. */
final class Tokens {
  private static final Set<String> OPENING = Set.of("(", "[", "{", "\\{", "\u27e8");
  private static final Set<String> CLOSING = Set.of(")", "]", "}", "\\}", "\u27e9");

  /** A piece and the separator before it; of the first an empty one. */
  record Piece(String separator, List<Token> tokens) {}

  private Tokens() {}

  static int change(Token token) {
    if (token.kind() == Token.Kind.COMMAND) {
      return token.text().startsWith("begin ") ? 1 : token.text().startsWith("end ") ? -1 : 0;
    }
    if (token.kind() != Token.Kind.SIGN) {
      return 0;
    }
    return OPENING.contains(token.text()) ? 1 : CLOSING.contains(token.text()) ? -1 : 0;
  }

  /** Cut where one of the separators, signs or words, stands outside all brackets. */
  static List<Piece> split(List<Token> tokens, Set<String> separators) {
    List<Piece> pieces = new ArrayList<>();
    String separator = "";
    int depth = 0;
    int start = 0;
    for (int i = 0; i < tokens.size(); i++) {
      Token token = tokens.get(i);
      depth += change(token);
      boolean joins = token.kind() == Token.Kind.SIGN || token.kind() == Token.Kind.WORD;
      if (depth == 0 && joins && separators.contains(token.text())) {
        pieces.add(new Piece(separator, tokens.subList(start, i)));
        separator = token.text();
        start = i + 1;
      }
    }
    pieces.add(new Piece(separator, tokens.subList(start, tokens.size())));
    return pieces;
  }

  /** Whether the first token opens a bracket that only the last one closes. */
  static boolean enclosed(List<Token> tokens) {
    if (tokens.size() < 2 || change(tokens.get(0)) <= 0) {
      return false;
    }
    int depth = 0;
    for (int i = 0; i < tokens.size(); i++) {
      depth += change(tokens.get(i));
      if (depth == 0) {
        return i == tokens.size() - 1;
      }
    }
    return false;
  }

  static List<Token> inner(List<Token> tokens) {
    return tokens.subList(1, tokens.size() - 1);
  }

  /** Whether two runs are the same but for spacing and braces around one token. */
  static boolean alike(List<Token> first, List<Token> second) {
    List<Token> a = withoutIdleBraces(first);
    List<Token> b = withoutIdleBraces(second);
    if (a.size() != b.size()) {
      return false;
    }
    for (int i = 0; i < a.size(); i++) {
      if (a.get(i).kind() != b.get(i).kind() || !a.get(i).text().equals(b.get(i).text())) {
        return false;
      }
    }
    return true;
  }

  private static List<Token> withoutIdleBraces(List<Token> tokens) {
    List<Token> bare = new ArrayList<>(tokens.size());
    for (int i = 0; i < tokens.size(); i++) {
      if (tokens.get(i).isSign("{") && i + 2 < tokens.size() && tokens.get(i + 2).isSign("}")) {
        bare.add(tokens.get(++i));
        i++;
      } else {
        bare.add(tokens.get(i));
      }
    }
    return bare;
  }

  static String text(List<Token> tokens) {
    StringBuilder text = new StringBuilder();
    for (Token token : tokens) {
      text.append(token.text());
    }
    return text.toString();
  }
}
