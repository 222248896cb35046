package io.sapo.verifier;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds the last boxed answer: {@code \boxed{…}}, {@code \boxed {…}}, {@code \boxed 42}, {@code
 * \fbox{…}}. Empty and unfinished boxes are none. Boxes with nothing but "and", "or" or a comma
 * between them are one answer.
 */
final class Boxes {
  private static final Pattern OPENING = Pattern.compile("\\\\(?:boxed|fbox|framebox)(?![A-Za-z])");
  private static final Pattern UNBRACED =
      Pattern.compile("\\s*+(-?[0-9][0-9.,]*+|\\\\?[A-Za-z]++)");
  private static final Pattern FILLING =
      Pattern.compile("[\\s$}*?]++|\\\\[\\[\\]()!:; ,]|\\\\quad|\\\\(?:text|mbox|textrm)\\s*+\\{");
  private static final Pattern JOINT =
      Pattern.compile(
          "[,;/]?(?:and|or|&)?(?:maybe|perhaps|possibly)?(?:[a-z]=)?", Pattern.CASE_INSENSITIVE);

  /** Boxes looked at from the end, and characters between two that belong together. */
  private static final int MAX_BOXES = 40;

  private static final int MAX_GAP = 60;

  private record Box(int start, int contentStart, int contentEnd, int end) {}

  private final String text;

  Boxes(String text) {
    this.text = text;
  }

  /** The last answer in boxes; several that belong together are joined by commas. */
  Optional<String> last() {
    List<Box> boxes = outermost(complete());
    if (boxes.isEmpty()) {
      return Optional.empty();
    }
    int first = boxes.size() - 1;
    while (first > 0 && joined(boxes.get(first - 1), boxes.get(first))) {
      first--;
    }
    List<Box> group = boxes.subList(first, boxes.size());
    if (group.size() == 1
        && boxes.size() > 1
        && isFraction(boxes.get(first - 1), boxes.get(first))) {
      return Optional.of(
          "\\frac{" + content(boxes.get(first - 1)) + "}{" + content(boxes.get(first)) + "}");
    }
    Set<String> contents = new LinkedHashSet<>();
    for (Box box : group) {
      contents.add(content(box));
    }
    return Optional.of(String.join(", ", contents));
  }

  /** Where the last box ends; -1 without one. */
  int end() {
    List<Box> boxes = outermost(complete());
    return boxes.isEmpty() ? -1 : boxes.get(boxes.size() - 1).end;
  }

  private String content(Box box) {
    return text.substring(box.contentStart, box.contentEnd).strip();
  }

  /** In order; those that hold something and whose end is there. */
  private List<Box> complete() {
    List<Integer> starts = new ArrayList<>();
    for (int at = text.lastIndexOf('\\');
        at >= 0 && starts.size() < MAX_BOXES;
        at = text.lastIndexOf('\\', at - 1)) {
      if (text.startsWith("boxed", at + 1)
          || text.startsWith("fbox", at + 1)
          || text.startsWith("framebox", at + 1)) {
        starts.add(0, at);
      }
    }
    List<Box> boxes = new ArrayList<>();
    for (int start : starts) {
      Optional<Box> box = box(start);
      if (box.isPresent() && !content(box.get()).isEmpty()) {
        boxes.add(box.get());
      }
    }
    return boxes;
  }

  private Optional<Box> box(int start) {
    Matcher opening = OPENING.matcher(text).region(start, text.length());
    if (!opening.lookingAt()) {
      return Optional.empty();
    }
    int at = opening.end();
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
    if (at < text.length() && text.charAt(at) == '{') {
      int end = closing(at);
      return end < 0 ? Optional.empty() : Optional.of(new Box(start, at + 1, end, end + 1));
    }
    Matcher unbraced = UNBRACED.matcher(text).region(opening.end(), text.length());
    return unbraced.lookingAt()
        ? Optional.of(new Box(start, unbraced.start(1), unbraced.end(1), unbraced.end()))
        : Optional.empty();
  }

  private int closing(int opening) {
    int depth = 0;
    int limit = Math.min(text.length(), opening + FinalAnswer.ANSWER_CHARS + 2);
    for (int i = opening; i < limit; i++) {
      char c = text.charAt(i);
      if (c == '\\') {
        // An escaped brace is none.
        i++;
      } else if (c == '{') {
        depth++;
      } else if (c == '}' && --depth == 0) {
        return i;
      }
    }
    return -1;
  }

  private static List<Box> outermost(List<Box> boxes) {
    List<Box> outermost = new ArrayList<>();
    int end = -1;
    for (Box box : boxes) {
      if (box.start >= end) {
        outermost.add(box);
        end = box.end;
      }
    }
    return outermost;
  }

  private boolean joined(Box before, Box after) {
    if (after.start - before.end > MAX_GAP) {
      return false;
    }
    String gap = text.substring(before.end, after.start);
    return !isFraction(before, after)
        && JOINT.matcher(FILLING.matcher(gap).replaceAll("")).matches();
  }

  private boolean isFraction(Box before, Box after) {
    return text.substring(before.end, after.start).strip().equals("}{")
        && text.substring(0, before.start).stripTrailing().endsWith("frac{")
        && text.startsWith("}", after.end);
  }
}
