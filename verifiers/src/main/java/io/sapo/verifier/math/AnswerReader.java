package io.sapo.verifier.math;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads tokens as one answer, or as several, by what holds them together. */
final class AnswerReader {
  private static final Set<String> JOINING = Set.of(",", ";", "and", "or");
  private static final Set<String> RELATIONS =
      Set.of("=", "<", ">", "<=", ">=", "!=", "\u2248", "\u2208", "\u2209");
  private static final Set<String> SET_OPERATIONS = Set.of("\u222a", "\u2229", "\u2216");
  private static final int MAX_DEPTH = 20;
  static final int MAX_ITEMS = 64;

  private final Reading reading;
  private final Budget budget;

  /** Which of the two values of ± is meant; null where that was not decided yet. */
  private final Boolean lowerSign;

  private int depth;

  AnswerReader(Reading reading, Budget budget) {
    this(reading, budget, null, 0);
  }

  private AnswerReader(Reading reading, Budget budget, Boolean lowerSign, int depth) {
    this.reading = reading;
    this.budget = budget;
    this.lowerSign = lowerSign;
    this.depth = depth;
  }

  Answer read(List<Token> tokens) throws UnreadableException {
    if (++depth > MAX_DEPTH) {
      throw new UnreadableException("it is nested too deeply");
    }
    budget.spend(tokens.size() + 1);
    if (isAngled(tokens)) {
      depth--;
      return bracketed("\u27e8", "\u27e9", Tokens.inner(tokens));
    }
    Optional<Answer.Value> amount = Amounts.read(tokens);
    if (amount.isPresent()) {
      depth--;
      return amount.get();
    }
    Optional<Answer> solutions = solutions(tokens);
    if (solutions.isPresent()) {
      depth--;
      return solutions.get();
    }
    List<Tokens.Piece> pieces = Tokens.split(tokens, JOINING);
    if (pieces.size() > MAX_ITEMS) {
      throw new UnreadableException("it has too many parts");
    }
    List<Answer> answers = new ArrayList<>();
    boolean either = false;
    List<Token> unlike = List.of();
    for (Tokens.Piece piece : pieces) {
      either |= piece.separator().equals("or");
      if (pieces.size() > 1 && Progressions.isRest(piece.tokens())) {
        answers.add(Progressions.rest());
      } else if (!piece.tokens().isEmpty()) {
        List<Token> full = completed(unlike, piece.tokens());
        unlike = unlike(full);
        answers.add(signed(full));
      }
    }
    depth--;
    if (answers.isEmpty()) {
      throw new UnreadableException("it is empty");
    }
    return answers.size() == 1
        ? answers.get(0)
        : new Joining(budget).join(Progressions.shortened(answers), either);
  }

  /** Several solutions of several variables: x = 2, y = 3 or x = 3, y = 2. */
  private Optional<Answer> solutions(List<Token> tokens) throws UnreadableException {
    List<Tokens.Piece> pieces = Tokens.split(tokens, Set.of("or", ";"));
    if (pieces.size() < 2 || pieces.size() > MAX_ITEMS) {
      return Optional.empty();
    }
    List<Answer> solutions = new ArrayList<>();
    for (Tokens.Piece piece : pieces) {
      List<Token> solution = piece.tokens();
      boolean several =
          Tokens.split(solution, Set.of(",", "and")).size() > 1
              && solution.stream().filter(token -> token.isSign("=")).count() > 1;
      if (!several || !(read(solution) instanceof Answer.Many many)) {
        return Optional.empty();
      }
      List<Answer> values = ManyComparer.byName(many.items());
      if (values == many.items()) {
        return Optional.empty();
      }
      solutions.add(new Answer.Many(Answer.Many.Kind.TUPLE, "(", ")", values));
    }
    return Optional.of(new Answer.Many(Answer.Many.Kind.LIST, "", "", solutions));
  }

  /** The x \u2260 of x \u2260 1, 2, which stands for both; otherwise nothing. */
  private static List<Token> unlike(List<Token> tokens) {
    List<Tokens.Piece> sides = Tokens.split(tokens, RELATIONS);
    return sides.size() == 2 && sides.get(1).separator().equals("!=")
        ? tokens.subList(0, sides.get(0).tokens().size() + 1)
        : List.of();
  }

  private static List<Token> completed(List<Token> before, List<Token> tokens) {
    if (before.isEmpty() || Tokens.split(tokens, RELATIONS).size() > 1) {
      return tokens;
    }
    List<Token> completed = new ArrayList<>(before);
    completed.addAll(tokens);
    return completed;
  }

  /** &lt;1, 2&gt; as a vector. */
  private static boolean isAngled(List<Token> tokens) {
    return tokens.size() > 4
        && tokens.get(0).isSign("<")
        && tokens.get(tokens.size() - 1).isSign(">")
        && Tokens.split(Tokens.inner(tokens), Set.of(",")).size() > 1;
  }

  /** One with ± is two, but within a set. */
  private Answer signed(List<Token> tokens) throws UnreadableException {
    boolean two =
        lowerSign == null
            && !(Tokens.enclosed(tokens) && tokens.get(0).isSign("\\{"))
            && tokens.stream().anyMatch(token -> token.isSign("\u00b1") || token.isSign("\u2213"));
    if (!two) {
      return single(tokens);
    }
    Answer upper = new AnswerReader(reading, budget, false, depth).read(tokens);
    Answer lower = new AnswerReader(reading, budget, true, depth).read(tokens);
    return new Joining(budget).join(List.of(upper, lower), true);
  }

  private Answer single(List<Token> tokens) throws UnreadableException {
    Token first = tokens.get(0);
    Token last = tokens.get(tokens.size() - 1);
    if (isPoint(tokens)) {
      return new Answer.Named(first.text(), single(tokens.subList(1, tokens.size())), null);
    }
    List<Tokens.Piece> sides = Tokens.split(tokens, RELATIONS);
    if (sides.size() > 1) {
      return new RelationReader(this, budget).read(sides);
    }
    int upright = Matrices.beforeTransposition(tokens);
    if (upright > 0) {
      return Matrices.transposed(single(tokens.subList(0, upright)));
    }
    List<Tokens.Piece> sets = Tokens.split(tokens, SET_OPERATIONS);
    if (sets.size() > 1) {
      return sets(sets);
    }
    List<Tokens.Piece> parts = Tokens.split(tokens, Set.of(":", "to"));
    if (parts.size() > 1) {
      return ratio(parts);
    }
    if (Tokens.enclosed(tokens)) {
      return first.kind() == Token.Kind.COMMAND
          ? new EnvironmentReader(this, budget)
              .read(first.text().substring("begin ".length()), Tokens.inner(tokens))
          : bracketed(first.text(), last.text(), Tokens.inner(tokens));
    }
    return tokens.size() == 1 ? constant(first) : value(tokens);
  }

  /** P(3, 4). */
  private static boolean isPoint(List<Token> tokens) {
    List<Token> tuple = tokens.subList(1, tokens.size());
    return tokens.get(0).kind() == Token.Kind.NAME
        && tokens.get(0).text().matches("[A-Z]")
        && Tokens.enclosed(tuple)
        && tuple.get(0).isSign("(")
        && Tokens.split(Tokens.inner(tuple), Set.of(",")).size() > 1;
  }

  private Answer constant(Token token) throws UnreadableException {
    if (token.isSign("\u2205")) {
      return new Answer.Many(Answer.Many.Kind.SET, "{", "}", List.of());
    }
    if (token.kind() == Token.Kind.COMMAND
        && Set.of("R", "Z", "N", "Q", "C").contains(token.text())) {
      return token.text().equals("R")
          ? new Answer.Reals(RealSet.ALL, "")
          : new Answer.Constant(token.text());
    }
    return value(List.of(token));
  }

  private Answer sets(List<Tokens.Piece> pieces) throws UnreadableException {
    RealSet set = null;
    for (Tokens.Piece piece : pieces) {
      if (piece.tokens().isEmpty()) {
        throw new UnreadableException("a set is missing");
      }
      RealSet next = new Joining(budget).reals(read(piece.tokens()));
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

  private Answer ratio(List<Tokens.Piece> parts) throws UnreadableException {
    if (parts.size() == 2
        && parts.get(1).separator().equals(":")
        && Names.isName(parts.get(0).tokens())
        && parts.get(0).tokens().stream().anyMatch(token -> token.kind() == Token.Kind.WORD)) {
      return new Answer.Named(
          Tokens.text(parts.get(0).tokens()), read(parts.get(1).tokens()), null);
    }
    List<Answer> items = new ArrayList<>();
    for (Tokens.Piece part : parts) {
      if (part.tokens().isEmpty() || !(read(part.tokens()) instanceof Answer.Value value)) {
        throw new UnreadableException("a part of a ratio is no number");
      }
      items.add(value);
    }
    return new Answer.Many(Answer.Many.Kind.RATIO, "", "", items);
  }

  private Answer bracketed(String open, String close, List<Token> inner)
      throws UnreadableException {
    boolean braces = open.equals("\\{");
    if (open.equals("{")) {
      return read(inner);
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
        return new Answer.Reals(new Joining(budget).reals(read(builder.get(1).tokens())), "");
      }
    }
    List<Answer> items = new ArrayList<>();
    for (Tokens.Piece piece : Tokens.split(inner, braces ? JOINING : Set.of(",", ";"))) {
      if (piece.tokens().isEmpty()) {
        throw new UnreadableException("an element is missing");
      }
      if (items.size() >= MAX_ITEMS) {
        throw new UnreadableException("it has too many parts");
      }
      items.add(Progressions.isRest(piece.tokens()) ? Progressions.rest() : signed(piece.tokens()));
    }
    items = Progressions.shortened(items);
    if (braces) {
      return new Answer.Many(Answer.Many.Kind.SET, "{", "}", Joining.flattened(items));
    }
    boolean group = items.size() == 1 && (open + close).matches("\\(\\)|\\[\\]");
    return group ? items.get(0) : new Answer.Many(Answer.Many.Kind.TUPLE, open, close, items);
  }

  /** A number in a base, a calculation with matrices, or an expression with units behind it. */
  private Answer value(List<Token> tokens) throws UnreadableException {
    Answer based = Bases.read(tokens, budget);
    if (based != null) {
      return based;
    }
    if (tokens.stream().anyMatch(token -> token.text().startsWith("begin "))) {
      return new MatrixReader(this, budget).read(tokens);
    }
    ExpressionParser parser = parser(reading.letterUnits() ? withLetterUnits(tokens) : tokens);
    Fraction value = parser.parse();
    if (tokens.get(0).kind() == Token.Kind.NAME
        && tokens.get(0).inText()
        && !parser.rest().isEmpty()
        && parser.rest().size() == tokens.size() - 1) {
      throw new UnreadableException("its first letter is a word");
    }
    Units units =
        Units.read(parser.rest())
            .orElseThrow(
                () -> new UnreadableException("'" + Tokens.text(parser.rest()) + "' stands in it"));
    return new Answer.Value(
        value.times(Fraction.of(units.multiplier()), budget), units.withoutMultiplier());
  }

  private ExpressionParser parser(List<Token> tokens) {
    return new ExpressionParser(
        tokens, reading.tightProducts(), Boolean.TRUE.equals(lowerSign), budget);
  }

  /** The tokens as one expression without units. */
  Fraction fraction(List<Token> tokens) throws UnreadableException {
    ExpressionParser parser = parser(tokens);
    Fraction value = parser.parse();
    if (!parser.rest().isEmpty()) {
      throw new UnreadableException("'" + Tokens.text(parser.rest()) + "' stands in it");
    }
    return value;
  }

  private static List<Token> withLetterUnits(List<Token> tokens) {
    List<Token> marked = new ArrayList<>(tokens);
    for (int i = 1; i < tokens.size(); i++) {
      Token token = tokens.get(i);
      if (token.kind() == Token.Kind.NAME
          && token.spaced()
          && tokens.get(i - 1).kind() == Token.Kind.NUMBER
          && UnitTable.isKnown(token.text())) {
        marked.set(i, new Token(Token.Kind.WORD, token.text(), null, true, true));
      }
    }
    return marked;
  }
}
