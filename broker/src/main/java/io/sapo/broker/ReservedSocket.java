package io.sapo.broker;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;

/** A bound socket, closed again unless the broker that was to use it has started. */
final class ReservedSocket implements AutoCloseable {
  private static final int BACKLOG = 50;

  private final ServerSocketChannel channel;
  private boolean kept;

  private ReservedSocket(ServerSocketChannel channel) {
    this.channel = channel;
  }

  /**
   * @param port 0 for any free one
   */
  static ReservedSocket bind(String host, int port) throws IOException {
    ServerSocketChannel channel = ServerSocketChannel.open();
    ReservedSocket reserved = new ReservedSocket(channel);
    try {
      channel.configureBlocking(false);
      channel.bind(new InetSocketAddress(host, port), BACKLOG);
      return reserved;
    } catch (IOException e) {
      reserved.close();
      throw e;
    }
  }

  ServerSocketChannel channel() {
    return channel;
  }

  int port() throws IOException {
    return ((InetSocketAddress) channel.getLocalAddress()).getPort();
  }

  void keep() {
    kept = true;
  }

  @Override
  public void close() throws IOException {
    if (!kept) {
      channel.close();
    }
  }
}
