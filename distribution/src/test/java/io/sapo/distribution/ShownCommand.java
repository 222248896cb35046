package io.sapo.distribution;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A command line as a document shows it.
 *
 * @param place file and line
 * @param whole whether it stands in a block of its own, to be typed as it is; in a sentence a
 *     command may be named without what it needs
 * @param words behind {@code ./sapo}
 */
record ShownCommand(String place, boolean whole, List<String> words) {
  private static final String LAUNCHER = "./sapo";
  private static final String FENCE = "```";
  private static final String INDENT = "    ";
  private static final Pattern SPAN = Pattern.compile("`([^`]+)`");
  private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|'([^']*)'|(\\S+)");

  /** Of the environment, before the command. */
  private static final Pattern VARIABLES = Pattern.compile("^(?:[A-Z_]+=\\S+ )+");

  private static final Pattern NUMBER = Pattern.compile("[NVSK]");

  static List<ShownCommand> of(Path document) throws IOException {
    List<ShownCommand> found = new ArrayList<>();
    List<String> lines = Files.readAllLines(document);
    StringBuilder prose = new StringBuilder();
    boolean fenced = false;
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      fenced ^= line.startsWith(FENCE);
      boolean block = fenced || line.startsWith(INDENT);
      if (block && VARIABLES.matcher(line.strip()).replaceFirst("").startsWith(LAUNCHER + " ")) {
        StringBuilder command = new StringBuilder(VARIABLES.matcher(line.strip()).replaceFirst(""));
        int begin = i;
        while (command.charAt(command.length() - 1) == '\\') {
          command.setLength(command.length() - 1);
          command.append(lines.get(++i).strip());
        }
        found.add(block(document + ":" + (begin + 1), command.toString()));
      }
      prose.append(block ? "" : line).append('\n');
    }
    inProse(document, prose.toString(), found);
    return found;
  }

  private static ShownCommand block(String place, String command) {
    int comment = command.indexOf(" #");
    return new ShownCommand(
        place, true, words(comment < 0 ? command : command.substring(0, comment)));
  }

  /** Code in sentences, and the first cell of a table's row, which may name several commands. */
  private static void inProse(Path document, String prose, List<ShownCommand> found) {
    int at = 1;
    for (String paragraph : prose.split("(?<=\n)(?=\n|\\|)")) {
      String first = null;
      String cell = paragraph.startsWith("| `" + LAUNCHER) ? paragraph.split("\\|")[1] : paragraph;
      Matcher span = SPAN.matcher(cell);
      while (span.find()) {
        String code = span.group(1).replaceAll("\\s+", " ");
        String place =
            document + ":" + (at + (int) cell.substring(0, span.start()).lines().count() - 1);
        if (code.startsWith(LAUNCHER + " ")) {
          first = code;
          found.add(new ShownCommand(place, false, words(code)));
        } else if (first != null && !cell.equals(paragraph) && code.matches("[a-z].*")) {
          found.add(new ShownCommand(place, false, words(LAUNCHER + " " + code)));
        }
      }
      at += (int) paragraph.chars().filter(c -> c == '\n').count();
    }
  }

  /** Letters that stand for a number become one. */
  private static List<String> words(String command) {
    List<String> words = new ArrayList<>();
    Matcher matcher = WORD.matcher(command);
    while (matcher.find()) {
      String word =
          matcher.group(1) != null
              ? matcher.group(1)
              : matcher.group(2) != null ? matcher.group(2) : matcher.group(3);
      words.add(NUMBER.matcher(word).matches() ? "1" : word);
    }
    return words.subList(1, words.size());
  }

  @Override
  public String toString() {
    return place + ": " + LAUNCHER + " " + String.join(" ", words);
  }
}
