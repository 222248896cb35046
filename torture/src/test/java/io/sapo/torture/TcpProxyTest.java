package io.sapo.torture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What clients and a server feel of a proxy. */
@Timeout(30)
class TcpProxyTest {
  private ServerSocket server;
  private TcpProxy proxy;
  private Socket client;
  private Socket accepted;

  @BeforeEach
  void connect() throws Exception {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    server = new ServerSocket(0, 8, loopback);
    proxy = TcpProxy.start(server.getLocalPort());
    CompletableFuture<Socket> accepting =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return server.accept();
              } catch (IOException e) {
                throw new IllegalStateException(e);
              }
            });
    client = new Socket(loopback, proxy.port());
    accepted = accepting.get();
    pass(client, accepted);
  }

  @AfterEach
  void close() throws IOException {
    client.close();
    accepted.close();
    proxy.close();
    server.close();
  }

  private static void pass(Socket from, Socket to) throws IOException {
    from.getOutputStream().write(7);
    assertThat(to.getInputStream().read()).isEqualTo(7);
  }

  @Test
  void passesBothWaysAndSlowlyWhenTold() throws IOException {
    pass(accepted, client);
    proxy.delay(5);
    pass(client, accepted);
    pass(accepted, client);
  }

  @Test
  void halfAConnectionMayEnd() throws IOException {
    proxy.halfClose(false);
    assertThat(client.getInputStream().read()).as("the end, seen by the client").isEqualTo(-1);
    pass(client, accepted);
  }

  @Test
  void droppedConnectionsAreReset() {
    proxy.drop();
    assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
    assertThatThrownBy(() -> accepted.getInputStream().read()).isInstanceOf(SocketException.class);
  }
}
