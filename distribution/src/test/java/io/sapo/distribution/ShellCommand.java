package io.sapo.distribution;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A command of another tool than {@code ./sapo}, as a document shows it.
 *
 * @param place file and line
 * @param variables that are set before it, or by {@code export}
 * @param words of it, the tool first
 */
record ShellCommand(String place, Set<String> variables, List<String> words) {
  private static final String FENCE = "```";
  private static final String INDENT = "    ";
  private static final Pattern ASSIGNMENT = Pattern.compile("([A-Z_]+)=.*");
  private static final Pattern WORD = Pattern.compile("(?:\"[^\"]*\"|'[^']*'|\\$\\([^)]*\\)|\\S)+");

  /** A block that has a line like this one holds commands and comments, and nothing else. */
  private static final Pattern COMMAND =
      Pattern.compile(
          "(\\./sapo|mvn|pip|python3|docker|kubectl|vllm|aws|sudo|curl|git|helm|hf|export"
              + "|(\\w|\\.\\w)[\\w.-]*/[\\w-]+)( .*|$)");

  /** Code in sentences that is a command, not only a tool's name. */
  private static final Pattern SPAN =
      Pattern.compile("`((?:mvn|kubectl|docker compose|pip|python3)\\s+[^`]+)`");

  /** All of a document, in its blocks and sentences. */
  static List<ShellCommand> of(Path document) throws IOException {
    List<ShellCommand> found = new ArrayList<>();
    List<String> lines = Files.readAllLines(document);
    StringBuilder prose = new StringBuilder();
    for (int i = 0; i < lines.size(); i++) {
      int begin = i;
      if (lines.get(i).startsWith(FENCE)) {
        boolean plain = lines.get(i).equals(FENCE);
        while (!lines.get(++i).startsWith(FENCE)) {
          prose.append('\n');
        }
        prose.append("\n\n");
        if (plain) {
          found.addAll(block(document, begin + 2, lines.subList(begin + 1, i)));
        }
      } else if (lines.get(i).startsWith(INDENT)) {
        while (i < lines.size() && lines.get(i).startsWith(INDENT)) {
          prose.append('\n');
          i++;
        }
        found.addAll(block(document, begin + 1, lines.subList(begin, i)));
        i--;
      } else {
        prose.append(lines.get(i)).append('\n');
      }
    }
    Matcher span = SPAN.matcher(prose);
    while (span.find()) {
      long line = prose.substring(0, span.start()).lines().count();
      found.addAll(commands(document + ":" + line, span.group(1)));
    }
    return found;
  }

  private static List<ShellCommand> block(Path document, int first, List<String> lines) {
    List<ShellCommand> found = new ArrayList<>();
    if (lines.stream().noneMatch(line -> COMMAND.matcher(line.strip()).matches())) {
      return found;
    }
    for (int i = 0; i < lines.size(); i++) {
      StringBuilder command = new StringBuilder(lines.get(i).strip());
      String place = document + ":" + (first + i);
      while (command.toString().endsWith("\\")) {
        command.setLength(command.length() - 1);
        command.append(lines.get(++i).strip());
      }
      found.addAll(commands(place, command.toString()));
    }
    return found;
  }

  /** Those of a line, which may hold several; what {@code ./sapo} runs is tested elsewhere. */
  static List<ShellCommand> commands(String place, String line) {
    List<ShellCommand> found = new ArrayList<>();
    for (String part : line.replaceFirst("(^|\\s+)#.*", "").split("\\s+&&\\s+")) {
      Set<String> variables = new LinkedHashSet<>();
      List<String> words = new ArrayList<>();
      Matcher word = WORD.matcher(part);
      while (word.find()) {
        Matcher assignment = ASSIGNMENT.matcher(word.group());
        boolean sets = words.isEmpty() || words.get(0).equals("export");
        if (sets && assignment.matches()) {
          variables.add(assignment.group(1));
        } else if (!word.group().equals("sudo")) {
          words.add(word.group());
        }
      }
      if (!words.isEmpty() && !words.get(0).equals("./sapo")) {
        found.add(new ShellCommand(place, variables, words));
      }
    }
    return found;
  }

  /** Its name, wherever it is installed. */
  String tool() {
    String first = words.get(0);
    return first.startsWith("~") ? first.substring(first.lastIndexOf('/') + 1) : first;
  }

  List<String> arguments() {
    return words.subList(1, words.size());
  }

  /** What stands behind an option, each time that it is given. */
  List<String> values(String option) {
    List<String> values = new ArrayList<>();
    for (int i = 0; i + 1 < words.size(); i++) {
      if (words.get(i).equals(option)) {
        values.add(words.get(i + 1));
      }
    }
    return values;
  }

  @Override
  public String toString() {
    return place + ": " + String.join(" ", words);
  }
}
