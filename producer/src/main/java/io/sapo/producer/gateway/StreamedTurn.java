package io.sapo.producer.gateway;

import io.sapo.policy.text.GrowingText;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** The newest tokens of a turn and how much of their text has been read. Thread-safe. */
final class StreamedTurn implements ChatStream {
  private final Supplier<GrowingText> texts;
  private final Runnable news;
  private final boolean heldBack;
  private final CompletableFuture<ChatReply> reply = new CompletableFuture<>();
  private volatile String id = "";
  private final StringBuilder said = new StringBuilder();
  private int[] newest = {};
  private int[] read = {};
  private GrowingText text;
  private int agreed;
  private String whole;

  /**
   * @param texts begins the text of a response
   * @param news called from any thread whenever there is more; must not wait for anything
   */
  StreamedTurn(Supplier<GrowingText> texts, Runnable news) {
    this(texts, news, false);
  }

  private StreamedTurn(Supplier<GrowingText> texts, Runnable news, boolean heldBack) {
    this.texts = texts;
    this.news = news;
    this.heldBack = heldBack;
    this.text = texts.get();
  }

  /** One whose text is read at its end: only then it is known what of it is a call of a tool. */
  static StreamedTurn atTheEnd(Supplier<GrowingText> texts, Runnable news) {
    return new StreamedTurn(texts, news, true);
  }

  @Override
  public String id() {
    return id;
  }

  void name(String turn) {
    id = turn;
  }

  @Override
  public CompletableFuture<ChatReply> reply() {
    return reply;
  }

  @Override
  public synchronized boolean begun() {
    return newest.length > 0;
  }

  @Override
  public synchronized String take() {
    if (whole == null && heldBack) {
      return "";
    }
    if (whole == null) {
      readOn();
    }
    CharSequence now = whole == null ? text.text() : whole;
    if (now.length() <= said.length() || !goesOn(now)) {
      return "";
    }
    String more = now.subSequence(said.length(), now.length()).toString();
    said.append(more);
    agreed = said.length();
    return more;
  }

  /** Only the tokens that are new, unless they do not go on from those before. */
  private void readOn() {
    int same = Arrays.mismatch(read, newest);
    if (same >= 0 && same < read.length) {
      text = texts.get();
      read = new int[0];
      agreed = 0;
    }
    text.add(newest, read.length);
    read = newest;
  }

  /** Whether a text, no shorter, begins with what has been taken. */
  private boolean goesOn(CharSequence now) {
    while (agreed < said.length() && now.charAt(agreed) == said.charAt(agreed)) {
      agreed++;
    }
    return agreed == said.length();
  }

  /** The tokens are now these; see {@link io.sapo.producer.engine.TokenListener}. */
  void sampled(int[] tokens) {
    synchronized (this) {
      newest = tokens;
    }
    news.run();
  }

  /**
   * The text is now this.
   *
   * @return false when it does not go on from what has been taken
   */
  synchronized boolean end(String written) {
    agreed = 0;
    if (written.length() < said.length() || !goesOn(written)) {
      return false;
    }
    whole = written;
    return true;
  }
}
