package io.sapo.http;

import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse.BodyHandler;
import java.nio.ByteBuffer;

/**
 * Reads the body of one response into memory, up to a limit: beyond it the exchange is cancelled
 * and fails with {@link BodyTooLongException}, however much the server would still send.
 */
public final class BoundedBody extends LimitedBody {
  private final long most;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  private BoundedBody(long most) {
    this.most = most;
  }

  /** Takes bodies of up to {@code most} bytes. */
  public static BodyHandler<byte[]> upTo(long most) {
    return response -> new BoundedBody(most);
  }

  @Override
  void read(ByteBuffer buffer) throws BodyTooLongException {
    if (buffer.remaining() > most - bytes.size()) {
      throw new BodyTooLongException(most);
    }
    byte[] part = new byte[buffer.remaining()];
    buffer.get(part);
    bytes.writeBytes(part);
  }

  @Override
  byte[] kept() {
    return bytes.toByteArray();
  }
}
