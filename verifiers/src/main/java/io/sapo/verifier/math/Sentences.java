package io.sapo.verifier.math;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Takes a subject and a verb off the one amount that they state: Mary has 12 apples left. */
final class Sentences {
  private static final String TEXT = "\\\\(?:text|textbf|mbox|mathrm)\\s*+\\{\\s*+";

  /** A name, a pronoun, or two or three words that begin with an article or the like. */
  private static final String SUBJECT =
      "((?:The|Each|Every|This|That|His|Her|Their|Our|Its|My)\\s++[a-z]++(?:\\s++[a-z]++)?|[A-Z][a-z]*+)";

  private static final String VERB =
      "(?:will\\s++(?:have|need|pay|earn|get|make|take|save|spend|cost|receive)|has|have|had|needs?|needed|sold|sells?"
          + "|earns?|earned|makes?|made|takes?|took|spent|spends?|paid|pays?|saves?|saved|bought|buys?|ate|eats?|costs?"
          + "|weighs?|gets?|got|received|receives?|scored|scores?|drove|walked|ran|read|reads|used|uses)";

  private static final Pattern SENTENCE =
      Pattern.compile(
          "\\s*+"
              + TEXT
              + SUBJECT
              + "\\s++"
              + VERB
              + "\\s*+(?:\\}\\s*+)?(\\\\?\\$?\\s*+-?[0-9][0-9,]*+(?:\\.[0-9]++)?+|-?[0-9]++/[0-9]++)\\s*+"
              + "(?:\\}\\s*+)?(?:"
              + TEXT
              + ")?(?:more\\s++)?((?:[a-z]{3,}+\\s*+){0,3})[.]?\\s*+\\}?\\s*+[.]?\\s*+");

  /** Of which nothing is said, or which ask. */
  private static final Set<String> NO_SUBJECT =
      Set.of(
          "nobody", "nothing", "neither", "none", "who", "what", "which", "how", "if", "when", "no",
          "either", "maybe", "perhaps", "someone", "not", "never", "whoever", "unless", "suppose",
          "half", "twice", "only");

  private Sentences() {}

  /** The amount of a sentence that states one, any other text as it is. */
  static String amount(String text) {
    Matcher sentence = SENTENCE.matcher(text);
    if (text.indexOf("\\") < 0 || !sentence.matches()) {
      return text;
    }
    for (String word : sentence.group(1).toLowerCase(Locale.ROOT).split("\\s+")) {
      if (NO_SUBJECT.contains(word)) {
        return text;
      }
    }
    String nouns = sentence.group(3).strip();
    for (String noun : nouns.split("\\s+")) {
      if (CountingWords.saysMore(noun)) {
        return text;
      }
    }
    return nouns.isEmpty() ? sentence.group(2) : sentence.group(2) + "\\text{ " + nouns + "}";
  }
}
