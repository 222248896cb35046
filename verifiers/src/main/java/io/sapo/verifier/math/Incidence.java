package io.sapo.verifier.math;

import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How two lines lie, \\overline{AB} \\parallel CD: neither their marks nor their order count. */
record Incidence(String relation, SortedSet<String> lines) {
  private static final String LINE =
      "(?:\\\\(?:text|mathrm)\\s*+\\{\\s*+(?:line|segment)?\\s*+(?:\\}\\s*+)?)?"
          + "(?:\\\\(?:overline|overleftrightarrow|overrightarrow|vec|bar)\\s*+)?\\{?\\s*+([A-Z]{2}|[a-z]|\\\\ell)\\s*+\\}?\\s*+";
  private static final Pattern PATTERN =
      Pattern.compile(
          "\\s*+"
              + LINE
              + "(?:\\\\(parallel|perp)(?![A-Za-z])|([\u2225\u22a5])"
              + "|(?:\\\\(?:text|mathrm)\\s*+\\{)?\\s*+is\\s++(parallel|perpendicular)\\s++to\\s*+\\}?)\\s*+"
              + LINE);

  private static final int MAX_CHARS = 120;

  /** Whether both say the same of the same lines; empty where one says something else. */
  static Optional<Boolean> same(String answer, String reference) {
    if (answer.length() > MAX_CHARS || reference.length() > MAX_CHARS) {
      return Optional.empty();
    }
    Optional<Incidence> expected = of(reference);
    return expected.isEmpty() ? Optional.empty() : of(answer).map(expected.get()::equals);
  }

  private static Optional<Incidence> of(String text) {
    Matcher incidence = PATTERN.matcher(text);
    if (!incidence.matches()) {
      return Optional.empty();
    }
    boolean parallel =
        "parallel".equals(incidence.group(2))
            || "\u2225".equals(incidence.group(3))
            || "parallel".equals(incidence.group(4));
    SortedSet<String> lines = new TreeSet<>();
    lines.add(line(incidence.group(1)));
    lines.add(line(incidence.group(5)));
    return Optional.of(new Incidence(parallel ? "parallel" : "perpendicular", lines));
  }

  /** AB is BA. */
  private static String line(String name) {
    boolean reversed = name.length() == 2 && name.charAt(0) > name.charAt(1);
    return reversed ? new StringBuilder(name).reverse().toString() : name;
  }
}
