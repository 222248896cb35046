package io.sapo.verifier.math;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** The letter of a choice, alone or before what it stands for: (B) 12. */
final class ChoiceLabel {
  private ChoiceLabel() {}

  /** The letter of a choice that an answer begins with, in parentheses or in text, and the rest. */
  static Optional<List<Token>> withoutLabel(List<Token> tokens) {
    int label = labelLength(tokens);
    return label > 0 && label < tokens.size()
        ? Optional.of(tokens.subList(label, tokens.size()))
        : Optional.empty();
  }

  /** The label alone. */
  static Optional<List<Token>> label(List<Token> tokens) {
    int label = labelLength(tokens);
    return label > 0 && label < tokens.size()
        ? Optional.of(tokens.subList(0, label))
        : Optional.empty();
  }

  /** What follows a label may be what it stands for, not another choice. */
  private static int labelLength(List<Token> tokens) {
    int length = openingLabel(tokens);
    for (int i = length; length > 0 && i < tokens.size(); i++) {
      boolean article =
          i + 1 < tokens.size()
              && tokens.get(i).text().equals("A")
              && WrittenAlike.isWord(tokens.get(i + 1));
      boolean other = isChoice(tokens.get(i)) && !article;
      boolean joins =
          i == length
              && Set.of(",", ";", "/", "&", "|", "+", "-", "or", "and")
                  .contains(tokens.get(i).text().toLowerCase(Locale.ROOT));
      if (other || joins) {
        return 0;
      }
    }
    return length;
  }

  private static int openingLabel(List<Token> tokens) {
    if (tokens.size() > 3
        && tokens.get(0).isSign("(")
        && (isChoice(tokens.get(1)) || tokens.get(1).inText() && isPart(tokens.get(1)))
        && tokens.get(2).isSign(")")
        && (tokens.get(1).inText() || tokens.get(3).spaced())) {
      return 3;
    }
    if (tokens.size() > 2
        && isChoice(tokens.get(0))
        && Set.of(")", ".", ":").contains(tokens.get(1).text())) {
      return 2;
    }
    return tokens.size() > 1
            && isChoice(tokens.get(0))
            && tokens.get(0).inText()
            && !tokens.get(1).inText()
            && tokens.get(1).kind() == Token.Kind.NUMBER
        ? 1
        : 0;
  }

  /** The letter of a part of the question. */
  private static boolean isPart(Token token) {
    return token.kind() == Token.Kind.WORD && token.text().matches("[a-j]");
  }

  static boolean isChoice(List<Token> tokens) {
    return tokens.size() == 1 && isChoice(tokens.get(0))
        || tokens.size() == 3
            && tokens.get(0).isSign("(")
            && isChoice(tokens.get(1))
            && tokens.get(2).isSign(")");
  }

  private static boolean isChoice(Token token) {
    return token.kind() == Token.Kind.WORD && token.text().matches("[A-J]");
  }

  static boolean sameChoice(List<Token> a, List<Token> b) {
    return letter(a).equals(letter(b));
  }

  private static String letter(List<Token> tokens) {
    return tokens.stream().filter(ChoiceLabel::isChoice).map(Token::text).findFirst().orElse("");
  }
}
