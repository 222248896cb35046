package io.sapo.producer.gateway;

import io.sapo.policy.text.Tokenizer;
import java.util.concurrent.CompletableFuture;

/** The newest tokens of a turn and how much of their text has been read. Thread-safe. */
final class StreamedTurn implements ChatStream {
  private final Tokenizer tokenizer;
  private final Runnable news;
  private final boolean heldBack;
  private final CompletableFuture<ChatReply> reply = new CompletableFuture<>();
  private volatile String id = "";
  private int[] newest = {};
  private String said = "";
  private String whole;

  /**
   * @param news called from any thread whenever there is more; must not wait for anything
   */
  StreamedTurn(Tokenizer tokenizer, Runnable news) {
    this(tokenizer, news, false);
  }

  private StreamedTurn(Tokenizer tokenizer, Runnable news, boolean heldBack) {
    this.tokenizer = tokenizer;
    this.news = news;
    this.heldBack = heldBack;
  }

  /** One whose text is read at its end: only then it is known what of it is a call of a tool. */
  static StreamedTurn atTheEnd(Tokenizer tokenizer, Runnable news) {
    return new StreamedTurn(tokenizer, news, true);
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
    String now = whole == null ? tokenizer.decodeBeginning(newest) : whole;
    if (now.length() <= said.length() || !now.startsWith(said)) {
      return "";
    }
    String more = now.substring(said.length());
    said = now;
    return more;
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
  synchronized boolean end(String text) {
    if (!text.startsWith(said)) {
      return false;
    }
    whole = text;
    return true;
  }
}
