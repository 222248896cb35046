package io.sapo.verifier.math;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads tokens as one answer, or as several, by what holds them together. */
final class AnswerReader {
  static final Set<String> JOINING = Set.of(",", ";", "and", "or");
  private static final Set<String> RELATIONS =
      Set.of("=", "<", ">", "<=", ">=", "!=", "\u2248", "\u2208", "\u2209");
  private static final Set<String> SET_OPERATIONS = Set.of("\u222a", "\u2229", "\u2216");
  private static final int MAX_DEPTH = 20;
  static final int MAX_ITEMS = 64;

  private final Reading reading;
  private final Budget budget;
  private final GroupReader groups;
  private final ValueReader values;

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
    this.groups = new GroupReader(this, budget);
    this.values = new ValueReader(this, reading, Boolean.TRUE.equals(lowerSign), budget);
  }

  Answer read(List<Token> tokens) throws UnreadableException {
    if (++depth > MAX_DEPTH) {
      throw new UnreadableException("it is nested too deeply");
    }
    budget.spend(tokens.size() + 1);
    if (isAngled(tokens)) {
      depth--;
      return groups.bracketed("\u27e8", "\u27e9", Tokens.inner(tokens));
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
  Answer signed(List<Token> tokens) throws UnreadableException {
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
      return groups.sets(sets);
    }
    List<Tokens.Piece> parts = Tokens.split(tokens, Set.of(":", "to"));
    if (parts.size() > 1) {
      return groups.ratio(parts);
    }
    if (Tokens.enclosed(tokens)) {
      return first.kind() == Token.Kind.COMMAND
          ? new EnvironmentReader(this, budget)
              .read(first.text().substring("begin ".length()), Tokens.inner(tokens))
          : groups.bracketed(first.text(), last.text(), Tokens.inner(tokens));
    }
    return tokens.size() == 1 ? constant(first) : values.value(tokens);
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
    return values.value(List.of(token));
  }

  /** The tokens as one expression without units. */
  Fraction fraction(List<Token> tokens) throws UnreadableException {
    return values.fraction(tokens);
  }
}
