package io.sapo.standalone.gateway;

import io.sapo.producer.gateway.ChatReply;
import io.sapo.producer.gateway.ChatStream;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.WriteStream;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Writes one turn as server-sent events while it is generated. Nothing is written while the
 * caller's connection is full: the text is taken later, in one piece. For the event loop, but for
 * {@link #news}.
 */
final class ChatEvents {
  private final WriteStream<Buffer> to;
  private final ChatChunks chunks;
  private final Executor loop;
  private final Runnable head;
  private final AtomicBoolean asked = new AtomicBoolean();
  private ChatStream stream;
  private boolean begun;
  private boolean over;

  /**
   * @param head writes what comes before the first event; called once, just before it
   */
  ChatEvents(WriteStream<Buffer> to, ChatChunks chunks, Executor loop, Runnable head) {
    this.to = to;
    this.chunks = chunks;
    this.loop = loop;
    this.head = head;
  }

  /** There is more to write. From any thread; does not wait. */
  void news() {
    if (asked.compareAndSet(false, true)) {
      try {
        loop.execute(this::look);
      } catch (RejectedExecutionException e) {
        // The server has ended, and its connections with it; the engine goes on until it is closed.
      }
    }
  }

  private void look() {
    asked.set(false);
    pump();
  }

  /** This is what is to be written. */
  void open(ChatStream turn) {
    stream = turn;
    pump();
  }

  /** Whether anything has been written. */
  boolean begun() {
    return begun;
  }

  /** The caller has gone; nothing is written any more. */
  void abandon() {
    over = true;
  }

  private void pump() {
    if (over || stream == null || !stream.begun()) {
      return;
    }
    if (to.writeQueueFull()) {
      to.drainHandler(drained -> pump());
      return;
    }
    begin(stream.id());
    writeText(stream.id());
  }

  private void begin(String id) {
    if (!begun) {
      begun = true;
      head.run();
      write(chunks.role(id).encode());
    }
  }

  private void writeText(String id) {
    String more = stream.take();
    if (!more.isEmpty()) {
      write(chunks.text(id, more).encode());
    }
  }

  /** Writes what is left, however full the connection is: no more than one turn has. */
  void end(ChatReply reply) {
    if (over) {
      return;
    }
    over = true;
    begin(reply.id());
    writeText(reply.id());
    if (!reply.calls().isEmpty()) {
      write(chunks.calls(reply).encode());
    }
    write(chunks.end(reply).encode());
    if (chunks.usage()) {
      write(chunks.usage(reply).encode());
    }
    write("[DONE]");
    var unused = to.end();
  }

  /** Ends a stream that has begun with what was wrong; without the mark of a whole one. */
  void fail(ChatError error) {
    if (!over) {
      over = true;
      write(error.json().encode());
      var unused = to.end();
    }
  }

  private void write(String data) {
    var unused = to.write(Buffer.buffer("data: " + data + "\n\n"));
  }
}
