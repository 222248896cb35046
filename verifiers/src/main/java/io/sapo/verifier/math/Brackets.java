package io.sapo.verifier.math;

import java.util.ArrayList;
import java.util.List;

/** Tells which way square brackets face: ]0, 1] and [0, 1[ leave an end out. */
final class Brackets {
  private Brackets() {}

  /** With (0, 1] in the place of ]0, 1], and so on, where all brackets are such pairs. */
  static List<Token> told(List<Token> tokens) {
    List<Integer> square = new ArrayList<>();
    for (int i = 0; i < tokens.size(); i++) {
      if (tokens.get(i).isSign("[") || tokens.get(i).isSign("]")) {
        square.add(i);
      } else if (tokens.get(i).isSign("(") || tokens.get(i).isSign(")")) {
        return tokens;
      }
    }
    boolean turned = false;
    for (int i = 0; i < square.size(); i++) {
      turned |= tokens.get(square.get(i)).isSign(i % 2 == 0 ? "]" : "[");
    }
    if (!turned || square.size() % 2 != 0) {
      return tokens;
    }
    List<Token> told = new ArrayList<>(tokens);
    for (int i = 0; i < square.size(); i++) {
      Token token = tokens.get(square.get(i));
      if (token.isSign(i % 2 == 0 ? "]" : "[")) {
        told.set(square.get(i), Token.sign(i % 2 == 0 ? "(" : ")", token.spaced()));
      }
    }
    return told;
  }
}
