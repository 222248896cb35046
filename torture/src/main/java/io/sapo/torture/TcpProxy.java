package io.sapo.torture;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands between clients and a broker on loopback, passes bytes on, and disturbs them when told to.
 * Two threads a connection. Thread-safe.
 */
public final class TcpProxy implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(TcpProxy.class);
  private static final int PIECE = 64 << 10;
  private static final int CONNECT_MS = 1_000;

  private final ServerSocket listening;
  private final int target;
  private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
  private volatile int delayMs;
  private boolean held;

  private TcpProxy(ServerSocket listening, int target) {
    this.listening = listening;
    this.target = target;
  }

  /**
   * @param target port on loopback; nobody needs to listen there yet
   */
  public static TcpProxy start(int target) throws IOException {
    TcpProxy proxy =
        new TcpProxy(new ServerSocket(0, 64, InetAddress.getLoopbackAddress()), target);
    daemon("sapo-proxy", proxy::accept);
    return proxy;
  }

  public int port() {
    return listening.getLocalPort();
  }

  /** From now on each piece, in both directions, waits up to so long; 0 for no longer. */
  public void delay(int milliseconds) {
    delayMs = milliseconds;
  }

  /** From now on nothing passes, on connections that stay; {@link #pass} goes on where it was. */
  public synchronized void hold() {
    held = true;
  }

  public synchronized void pass() {
    held = false;
    notifyAll();
  }

  private synchronized void awaitPassing() throws InterruptedException {
    while (held) {
      wait();
    }
  }

  /** Resets every connection. */
  public void drop() {
    connections.forEach(Connection::reset);
  }

  /**
   * Ends one direction of every connection and leaves the other open.
   *
   * @param towardsBroker which of the two
   */
  public void halfClose(boolean towardsBroker) {
    connections.forEach(connection -> connection.halfClose(towardsBroker));
  }

  private void accept() {
    while (!listening.isClosed()) {
      try {
        Socket client = listening.accept();
        Socket broker = new Socket();
        try {
          broker.connect(
              new InetSocketAddress(InetAddress.getLoopbackAddress(), target), CONNECT_MS);
          new Connection(client, broker).start();
        } catch (IOException e) {
          client.close();
          broker.close();
        }
      } catch (IOException e) {
        log.debug("no longer accepting: {}", e.getMessage());
      }
    }
  }

  private static void daemon(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    listening.close();
    drop();
    pass();
  }

  private final class Connection {
    private final Socket client;
    private final Socket broker;

    Connection(Socket client, Socket broker) throws IOException {
      this.client = client;
      this.broker = broker;
      client.setTcpNoDelay(true);
      broker.setTcpNoDelay(true);
    }

    /** Opens the streams before anybody can half close them: a closed one cannot be opened. */
    void start() throws IOException {
      InputStream fromClient = client.getInputStream();
      OutputStream toClient = client.getOutputStream();
      InputStream fromBroker = broker.getInputStream();
      OutputStream toBroker = broker.getOutputStream();
      connections.add(this);
      daemon("sapo-proxy-to-broker", () -> pump(fromClient, toBroker));
      daemon("sapo-proxy-to-client", () -> pump(fromBroker, toClient));
    }

    private void pump(InputStream in, OutputStream out) {
      byte[] piece = new byte[PIECE];
      try {
        for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
          int wait = delayMs;
          if (wait > 0) {
            Thread.sleep(ThreadLocalRandom.current().nextInt(wait + 1));
          }
          awaitPassing();
          out.write(piece, 0, n);
        }
        reset();
      } catch (IOException e) {
        reset();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        reset();
      }
    }

    void halfClose(boolean towardsBroker) {
      try {
        (towardsBroker ? broker : client).shutdownOutput();
      } catch (IOException e) {
        log.debug("was closed already: {}", e.getMessage());
      }
    }

    void reset() {
      connections.remove(this);
      for (Socket socket : new Socket[] {client, broker}) {
        try {
          socket.setSoLinger(true, 0);
          socket.close();
        } catch (IOException e) {
          log.debug("was closed already: {}", e.getMessage());
        }
      }
    }
  }
}
