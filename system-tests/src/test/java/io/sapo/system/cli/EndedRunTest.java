package io.sapo.system.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.broker.EmbeddedBroker;
import io.sapo.command.ExitCodes;
import io.sapo.standalone.folder.RunFolder;
import io.sapo.system.cli.CommandLineRunner.Outcome;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A command looks at a run that is going, through the run's own broker; then the run ends. */
@Timeout(60)
class EndedRunTest {

  /**
   * Stands before a run's broker and goes, with the run, as soon as a client has left: commands
   * connect once to see whether anybody is there, and then again.
   */
  private static final class EndingBroker implements AutoCloseable {
    private final RunFolder run;
    private final EmbeddedBroker broker;
    private final int target;
    private final ServerSocket listening;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

    EndingBroker(RunFolder run) throws IOException {
      this.run = run;
      listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
      try (ServerSocket free = new ServerSocket(0)) {
        target = free.getLocalPort();
      }
      broker = EmbeddedBroker.start(run.broker(), target, listening.getLocalPort());
      start(this::accept);
      run.announce(broker.bootstrapServers());
    }

    private static void start(Runnable work) {
      Thread thread = new Thread(work, "ending-broker");
      thread.setDaemon(true);
      thread.start();
    }

    private void accept() {
      try {
        while (true) {
          Socket client = listening.accept();
          sockets.add(client);
          Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
          sockets.add(server);
          start(() -> pass(server, client, false));
          start(() -> pass(client, server, true));
        }
      } catch (IOException e) {
        // It has ended.
      }
    }

    private void pass(Socket from, Socket to, boolean fromClient) {
      try {
        from.getInputStream().transferTo(to.getOutputStream());
        if (fromClient) {
          end();
        }
      } catch (IOException e) {
        // The other side has ended.
      }
    }

    private void end() throws IOException {
      run.withdraw();
      listening.close();
      for (Socket socket : sockets) {
        socket.close();
      }
    }

    @Override
    public void close() throws IOException {
      end();
      broker.close();
    }
  }

  @TempDir private Path folder;

  /** With the clients' own time-outs, of a minute and more. */
  private Outcome look(String command) {
    List<String> arguments = new ArrayList<>(List.of(command.split(" ")));
    arguments.addAll(List.of("--data", folder.toString()));
    return CommandLineRunner.plain().run(arguments.toArray(String[]::new));
  }

  @ParameterizedTest
  @ValueSource(strings = {"audit", "topics list", "inspect version 1", "tensorboard"})
  void theCommandSaysThatTheRunHasEnded(String command) throws Exception {
    RunFolder run = new RunFolder(folder);
    run.keepSettings("");
    try (EndingBroker broker = new EndingBroker(run)) {
      Outcome outcome = look(command);
      assertThat(outcome.err())
          .contains("the run in " + folder + " has ended meanwhile", "give the command again")
          .hasLineCount(1);
      assertThat(outcome.exitCode()).isEqualTo(ExitCodes.RETRY);
    }
  }
}
