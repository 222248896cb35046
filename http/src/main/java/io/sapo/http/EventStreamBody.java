package io.sapo.http;

import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse.BodyHandler;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * Reads server-sent events as they come, up to a limit for each and one for all together: beyond
 * them the exchange is cancelled and fails with {@link BodyTooLongException}. Of an event only its
 * data is read.
 */
public final class EventStreamBody extends LimitedBody {
  private static final String TYPE = "text/event-stream";
  private static final String FIELD = "data:";

  private final Limits limits;
  private final Consumer<String> events;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private final StringBuilder data = new StringBuilder();
  private long left;

  /**
   * @param event most bytes of one event's lines
   * @param all most bytes of the whole stream
   */
  public record Limits(long event, long all) {}

  private EventStreamBody(Limits limits, Consumer<String> events) {
    this.limits = limits;
    this.events = events;
    this.left = limits.all();
  }

  /**
   * Takes a stream where there is one, and its body is then empty. Any other answer is read whole,
   * up to the limit of an event.
   *
   * @param events gets each event's data, one after the other; what it throws fails the exchange
   */
  public static BodyHandler<byte[]> upTo(Limits limits, Consumer<String> events) {
    return response -> {
      boolean streams =
          response.statusCode() == 200
              && response.headers().firstValue("content-type").orElse("").startsWith(TYPE);
      return streams
          ? new EventStreamBody(limits, events)
          : BoundedBody.upTo(limits.event()).apply(response);
    };
  }

  @Override
  void read(ByteBuffer buffer) throws BodyTooLongException {
    left -= buffer.remaining();
    if (left < 0) {
      throw new BodyTooLongException(limits.all());
    }
    while (buffer.hasRemaining()) {
      byte next = buffer.get();
      if (next == '\n') {
        endLine();
      } else if (line.size() + data.length() >= limits.event()) {
        throw new BodyTooLongException(limits.event());
      } else {
        line.write(next);
      }
    }
  }

  private void endLine() {
    String text = line.toString(StandardCharsets.UTF_8);
    line.reset();
    if (text.endsWith("\r")) {
      text = text.substring(0, text.length() - 1);
    }
    if (text.startsWith(FIELD)) {
      data.append(data.isEmpty() ? "" : "\n").append(text.substring(FIELD.length()).stripLeading());
    } else if (text.isEmpty() && !data.isEmpty()) {
      String event = data.toString();
      data.setLength(0);
      events.accept(event);
    }
  }

  @Override
  byte[] kept() {
    return new byte[0];
  }
}
