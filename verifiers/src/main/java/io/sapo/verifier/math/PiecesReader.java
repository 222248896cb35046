package io.sapo.verifier.math;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Reads a function in pieces: a set of expressions, each with its condition. */
final class PiecesReader {
  private static final Set<String> OPENING = Set.of("if", "for", "when", "where");
  private static final Set<String> OTHERWISE = Set.of("otherwise", "else", "elsewhere");

  private final AnswerReader reader;

  PiecesReader(AnswerReader reader) {
    this.reader = reader;
  }

  Answer read(List<Token> rows) throws UnreadableException {
    List<Answer> pieces = new ArrayList<>();
    for (Tokens.Piece row : Tokens.split(rows, Set.of("\\\\"))) {
      if (!row.tokens().isEmpty()) {
        pieces.add(piece(Tokens.split(row.tokens(), Set.of("&"))));
      }
    }
    return new Answer.Many(Answer.Many.Kind.SET, "{", "}", pieces);
  }

  private Answer piece(List<Tokens.Piece> columns) throws UnreadableException {
    if (columns.size() != 2) {
      throw new UnreadableException("a piece has no condition");
    }
    Answer value = reader.read(trimmed(columns.get(0).tokens()));
    Answer condition = condition(trimmed(columns.get(1).tokens()));
    return new Answer.Many(Answer.Many.Kind.TUPLE, "cases", "", List.of(value, condition));
  }

  /** One in words counts as it is written. */
  private Answer condition(List<Token> tokens) throws UnreadableException {
    String first = tokens.get(0).text().toLowerCase(Locale.ROOT);
    if (OTHERWISE.contains(first)) {
      return new Answer.Constant("otherwise");
    }
    List<Token> said = OPENING.contains(first) ? tokens.subList(1, tokens.size()) : tokens;
    if (said.stream().anyMatch(token -> token.kind() == Token.Kind.WORD)) {
      return new Answer.Constant("if " + Tokens.text(said));
    }
    return reader.read(said);
  }

  private static List<Token> trimmed(List<Token> tokens) throws UnreadableException {
    int end = tokens.size();
    while (end > 0 && Set.of(",", ";", ".").contains(tokens.get(end - 1).text())) {
      end--;
    }
    if (end == 0) {
      throw new UnreadableException("a piece or its condition is missing");
    }
    return tokens.subList(0, end);
  }
}
