package io.sapo.policy.text;

/**
 * The text of a response while it is drawn, up to its first stop text: what may yet become one is
 * held back, and what comes after one is not read. For one thread at a time.
 */
public final class StoppedText implements GrowingText {
  private final GrowingText whole;
  private final StringBuilder shown = new StringBuilder();
  private StopMatcher matcher;
  private int read;

  /** Reads the ending; null where it has not been read since the text grew. */
  private StopMatcher ahead;

  private int readAhead;

  StoppedText(GrowingText whole, StopMatcher matcher) {
    this.whole = whole;
    this.matcher = matcher;
  }

  @Override
  public void add(int[] tokens, int from) {
    for (int i = from; i < tokens.length && !matcher.found(); i++) {
      whole.add(new int[] {tokens[i]}, 0);
      readOn();
    }
  }

  /** Adds a token; whether the response ends with it, or has ended before. */
  public boolean endsWith(int token) {
    add(new int[] {token}, 0);
    return matcher.found();
  }

  private void readOn() {
    CharSequence certain = whole.text();
    if (certain.length() > read) {
      matcher.read(certain, read);
      read = certain.length();
      ahead = null;
    }
    CharSequence ending = whole.ending();
    if (ending.length() > 0 && !matcher.found()) {
      readAhead(ending);
    }
    show(certain, ending);
  }

  /** A stop text that is there if the response ends here makes it end here. */
  private void readAhead(CharSequence ending) {
    if (ahead == null) {
      ahead = matcher.copy();
      readAhead = 0;
    }
    ahead.read(ending, readAhead);
    readAhead = ending.length();
    if (ahead.found()) {
      matcher = ahead;
    }
  }

  private void show(CharSequence certain, CharSequence ending) {
    int free = matcher.free();
    int until = Math.min(free, certain.length());
    shown.append(certain, shown.length(), until);
    if (free > until) {
      shown.append(ending, shown.length() - certain.length(), free - certain.length());
    }
  }

  @Override
  public CharSequence text() {
    return shown;
  }
}
