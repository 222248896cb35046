package io.sapo.standalone.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.policy.generation.FinishReason;
import io.sapo.producer.gateway.ChatReply;
import io.sapo.producer.gateway.ChatStream;
import io.sapo.producer.gateway.ToolCall;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.core.streams.WriteStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class ChatEventsTest {
  private final Connection connection = new Connection();
  private final Turn turn = new Turn();
  private final List<Runnable> loop = new ArrayList<>();
  private final ChatEvents events =
      new ChatEvents(
          connection,
          new ChatChunks("sapo", 5, true),
          loop::add,
          () -> connection.written.add("HEAD"));

  /** A caller's connection that is full when a test says so. */
  private static final class Connection implements WriteStream<Buffer> {
    final List<String> written = new ArrayList<>();
    boolean full;
    boolean ended;
    Handler<Void> drained = unused -> {};

    @Override
    public Future<Void> write(Buffer data) {
      written.add(data.toString());
      return Future.succeededFuture();
    }

    @Override
    public Future<Void> end() {
      ended = true;
      return Future.succeededFuture();
    }

    @Override
    public boolean writeQueueFull() {
      return full;
    }

    @Override
    public WriteStream<Buffer> drainHandler(Handler<Void> handler) {
      drained = handler;
      return this;
    }

    @Override
    public WriteStream<Buffer> exceptionHandler(Handler<Throwable> handler) {
      return this;
    }

    @Override
    public WriteStream<Buffer> setWriteQueueMaxSize(int size) {
      return this;
    }
  }

  /** A turn whose text comes when a test says so. */
  private static final class Turn implements ChatStream {
    private final StringBuilder text = new StringBuilder();
    private boolean begun;

    @Override
    public String id() {
      return "gate-1/0";
    }

    @Override
    public boolean begun() {
      return begun;
    }

    @Override
    public String take() {
      String more = text.toString();
      text.setLength(0);
      return more;
    }

    @Override
    public CompletableFuture<ChatReply> reply() {
      throw new IllegalStateException("not asked here");
    }
  }

  private void more(String text) {
    turn.begun = true;
    turn.text.append(text);
    events.news();
  }

  private void runLoop() {
    List<Runnable> due = List.copyOf(loop);
    loop.clear();
    due.forEach(Runnable::run);
  }

  private List<String> texts() {
    return connection.written.stream()
        .filter(written -> written.startsWith("data: {"))
        .map(written -> new JsonObject(written.substring("data: ".length())))
        .flatMap(chunk -> chunk.getJsonArray("choices").stream())
        .map(choice -> ((JsonObject) choice).getJsonObject("delta").getString("content"))
        .filter(content -> content != null && !content.isEmpty())
        .toList();
  }

  private static ChatReply reply() {
    return new ChatReply("gate-1/0", "abcd", List.of(), FinishReason.STOP, 7, 4);
  }

  @Test
  void callsOfToolsComeWholeBeforeTheEnd() {
    events.open(turn);
    events.end(
        new ChatReply(
            "gate-1/0",
            "",
            List.of(new ToolCall("call_1", "add", "{}"), new ToolCall("call_2", "add", "{}")),
            FinishReason.STOP,
            7,
            4));
    String last = connection.written.get(connection.written.size() - 3);
    String calls = connection.written.get(connection.written.size() - 4);
    assertThat(calls)
        .contains("\"id\":\"call_1\"", "\"index\":0", "\"id\":\"call_2\"", "\"index\":1")
        .contains("\"finish_reason\":null");
    assertThat(last).contains("\"finish_reason\":\"tool_calls\"");
  }

  @Test
  void nothingIsSaidBeforeTheFirstToken() {
    events.open(turn);
    events.news();
    runLoop();
    assertThat(connection.written).isEmpty();
    assertThat(events.begun()).isFalse();
    more("a");
    runLoop();
    assertThat(connection.written).first().isEqualTo("HEAD");
    assertThat(texts()).containsExactly("a");
  }

  @Test
  void newsBeforeTheStreamIsOpenIsNotLost() {
    more("a");
    runLoop();
    assertThat(connection.written).isEmpty();
    events.open(turn);
    assertThat(texts()).containsExactly("a");
  }

  @Test
  void aFullConnectionGetsNothingAndLaterAllAtOnce() {
    events.open(turn);
    more("a");
    runLoop();
    connection.full = true;
    int before = connection.written.size();
    for (String text : List.of("b", "c", "d")) {
      more(text);
      runLoop();
    }
    assertThat(connection.written).hasSize(before);
    connection.full = false;
    connection.drained.handle(null);
    assertThat(texts()).containsExactly("a", "bcd");
  }

  @Test
  void muchNewsIsOneTaskOfTheLoop() {
    events.open(turn);
    for (int i = 0; i < 100; i++) {
      more("x");
    }
    assertThat(loop).hasSize(1);
    runLoop();
    assertThat(texts()).containsExactly("x".repeat(100));
  }

  @Test
  void theEndHasWhatIsLeftThenUsageThenTheMark() {
    events.open(turn);
    more("ab");
    runLoop();
    turn.text.append("cd");
    events.end(reply());
    assertThat(texts()).containsExactly("ab", "cd");
    assertThat(connection.written).last().isEqualTo("data: [DONE]\n\n");
    assertThat(connection.written.get(connection.written.size() - 2))
        .contains("\"total_tokens\":11");
    assertThat(connection.ended).isTrue();
    events.fail(new ChatError(502, "too late", null, null));
    assertThat(connection.written).last().isEqualTo("data: [DONE]\n\n");
  }

  @Test
  void aFailureInTheMiddleIsAnEventAndNoMarkOfAWholeStream() {
    events.open(turn);
    more("a");
    runLoop();
    events.fail(new ChatError(502, "a server failed", null, null));
    assertThat(connection.written)
        .last()
        .asString()
        .contains("\"message\":\"a server failed\"")
        .contains("server_error");
    assertThat(connection.written).noneMatch(written -> written.contains("[DONE]"));
    assertThat(connection.ended).isTrue();
  }

  @Test
  void anEngineThatOutlivesTheServerIsNotDisturbed() {
    ChatEvents late =
        new ChatEvents(
            connection,
            new ChatChunks("sapo", 5, true),
            work -> {
              throw new RejectedExecutionException("event executor terminated");
            },
            () -> {});
    late.open(turn);
    turn.begun = true;
    late.news();
    assertThat(connection.written).isEmpty();
  }

  @Test
  void nothingIsWrittenToACallerWhoHasGone() {
    events.open(turn);
    more("a");
    runLoop();
    events.abandon();
    int before = connection.written.size();
    more("b");
    runLoop();
    events.end(reply());
    assertThat(connection.written).hasSize(before);
  }
}
