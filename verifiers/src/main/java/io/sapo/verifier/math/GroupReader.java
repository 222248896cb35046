package io.sapo.verifier.math;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Reads what brackets, colons and the operations of sets hold together. */
final class GroupReader {
  private final AnswerReader reader;
  private final Budget budget;

  /**
   * @param reader of the parts
   */
  GroupReader(AnswerReader reader, Budget budget) {
    this.reader = reader;
    this.budget = budget;
  }

  /**
   * A tuple, an interval, a set, a vector, or what is only grouped.
   *
   * @param inner what stands between the brackets
   */
  Answer bracketed(String open, String close, List<Token> inner) throws UnreadableException {
    boolean braces = open.equals("\\{");
    if (open.equals("{")) {
      return reader.read(inner);
    }
    if (inner.isEmpty()) {
      if (!braces) {
        throw new UnreadableException("it is empty");
      }
      return new Answer.Many(Answer.Many.Kind.SET, "{", "}", List.of());
    }
    if (braces) {
      List<Tokens.Piece> builder = Tokens.split(inner, Set.of("mid", ":", "|"));
      if (builder.size() == 2 && !builder.get(1).tokens().isEmpty()) {
        return new Answer.Reals(
            new Joining(budget).reals(reader.read(builder.get(1).tokens())), "");
      }
    }
    List<Answer> items = new ArrayList<>();
    for (Tokens.Piece piece :
        Tokens.split(inner, braces ? AnswerReader.JOINING : Set.of(",", ";"))) {
      if (piece.tokens().isEmpty()) {
        throw new UnreadableException("an element is missing");
      }
      if (items.size() >= AnswerReader.MAX_ITEMS) {
        throw new UnreadableException("it has too many parts");
      }
      items.add(
          Progressions.isRest(piece.tokens())
              ? Progressions.rest()
              : reader.signed(piece.tokens()));
    }
    items = Progressions.shortened(items);
    if (braces) {
      return new Answer.Many(Answer.Many.Kind.SET, "{", "}", Joining.flattened(items));
    }
    boolean group = items.size() == 1 && (open + close).matches("\\(\\)|\\[\\]");
    return group ? items.get(0) : new Answer.Many(Answer.Many.Kind.TUPLE, open, close, items);
  }

  /** Unions, intersections and differences of sets of numbers. */
  Answer sets(List<Tokens.Piece> pieces) throws UnreadableException {
    RealSet set = null;
    for (Tokens.Piece piece : pieces) {
      if (piece.tokens().isEmpty()) {
        throw new UnreadableException("a set is missing");
      }
      RealSet next = new Joining(budget).reals(reader.read(piece.tokens()));
      set =
          switch (piece.separator()) {
            case "\u222a" -> set.union(next, budget);
            case "\u2229" -> set.intersection(next, budget);
            case "\u2216" -> set.intersection(next.complement(budget), budget);
            default -> next;
          };
    }
    return new Answer.Reals(set, "");
  }

  /** a : b, or what has a name before a colon. */
  Answer ratio(List<Tokens.Piece> parts) throws UnreadableException {
    if (parts.size() == 2
        && parts.get(1).separator().equals(":")
        && Names.isName(parts.get(0).tokens())
        && parts.get(0).tokens().stream().anyMatch(token -> token.kind() == Token.Kind.WORD)) {
      return new Answer.Named(
          Tokens.text(parts.get(0).tokens()), reader.read(parts.get(1).tokens()), null);
    }
    List<Answer> items = new ArrayList<>();
    for (Tokens.Piece part : parts) {
      if (part.tokens().isEmpty() || !(reader.read(part.tokens()) instanceof Answer.Value value)) {
        throw new UnreadableException("a part of a ratio is no number");
      }
      items.add(value);
    }
    return new Answer.Many(Answer.Many.Kind.RATIO, "", "", items);
  }
}
