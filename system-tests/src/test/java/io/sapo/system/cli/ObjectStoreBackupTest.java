package io.sapo.system.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sapo.fixtures.TinyCheckpoint;
import io.sapo.system.cli.CommandLineRunner.Outcome;
import io.sapo.testing.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.commons.codec.digest.DigestUtils;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The commands of docs/backup.md as they stand there, with the AWS command line and an S3 server of
 * its own process; skipped where they are missing.
 */
class ObjectStoreBackupTest {
  private static final Pattern COMMAND =
      Pattern.compile("(?m)^ {4}((?:aws|\\./sapo) [^#\\n]+?)\\s*(?:#.*)?$");
  @TempDir static Path folder;

  private final CommandLineRunner sapo = CommandLineRunner.plain();
  private Path checkpoint;
  private int port;

  @BeforeAll
  static void requireTools() throws Exception {
    assumeTrue(
        runs("aws", "--version") && runs("moto_server", "--help"),
        "awscli and moto's S3 server (.ci/requirements.txt)");
  }

  private static boolean runs(String... command) throws InterruptedException {
    try {
      return new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  @Timeout(300)
  void aRunThatWasWipedComesBackFromTheStoreAndGoesOn() throws Exception {
    checkpoint = TinyCheckpoint.write(folder.resolve("tiny"));
    Path data = folder.resolve("run");
    try (ServerSocket free = new ServerSocket(0, 0, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    Process store =
        new ProcessBuilder("moto_server", "-H", "127.0.0.1", "-p", Integer.toString(port))
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("store.log").toFile())
            .start();
    try {
      Await.until("the store listens", Duration.ofMinutes(1), this::listens);
      aws("aws s3 mb s3://bucket");
      assertThat(train(data, 3).exitCode()).isZero();
      List<String> commands = commands(data);
      assertThat(commands).hasSize(5);
      aws(commands.get(0));
      aws(commands.get(1));
      Map<String, String> before = hashes(data);
      delete(data);
      aws(commands.get(2));
      assertThat(hashes(data)).as("every file").isEqualTo(before);
      assertThat(commands.get(3)).isEqualTo("./sapo audit --data " + data);
      Outcome audit = sapo.run("audit", "--data", data.toString());
      assertThat(audit.exitCode()).as(audit.out() + audit.err()).isZero();
      assertThat(commands.get(4)).isEqualTo("./sapo train --data " + data);
      Outcome on = train(data, 5);
      assertThat(on.exitCode()).as(on.err()).isZero();
      assertThat(on.out()).contains("continuing run in " + data, "version 5/5");
      Outcome replay = sapo.run("replay", "--from", "1", "--to", "5", "--data", data.toString());
      assertThat(replay.exitCode()).as(replay.out() + replay.err()).isZero();
    } finally {
      store.destroy();
      store.waitFor();
    }
  }

  private boolean listens() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  /** Those of the page, in its order, for this run. */
  private static List<String> commands(Path data) throws IOException {
    String page = Files.readString(Path.of("").toAbsolutePath().resolveSibling("docs/backup.md"));
    List<String> commands = new ArrayList<>();
    Matcher command = COMMAND.matcher(page);
    while (command.find()) {
      commands.add(
          command
              .group(1)
              .replace("BUCKET", "bucket")
              .replaceAll("\\bRUN\\b", "a-run")
              .replaceAll("\\bDIR\\b", data.toString()));
    }
    return commands;
  }

  private void aws(String command) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(command.split(" "))
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("aws.log").toFile());
    builder
        .environment()
        .putAll(
            Map.of(
                "AWS_ENDPOINT_URL",
                "http://127.0.0.1:" + port,
                "AWS_ACCESS_KEY_ID",
                "test",
                "AWS_SECRET_ACCESS_KEY",
                "test",
                "AWS_DEFAULT_REGION",
                "us-east-1"));
    Process process = builder.start();
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).as(command).isTrue();
    assertThat(process.exitValue())
        .as(command + ": " + Files.readString(folder.resolve("aws.log")))
        .isZero();
  }

  private Outcome train(Path data, int updates) {
    List<String> arguments =
        new ArrayList<>(
            Arrays.asList(
                "train",
                "--data",
                data.toString(),
                "--checkpoint",
                checkpoint.toString(),
                "--updates",
                Integer.toString(updates)));
    TinyCheckpoint.SETTINGS.forEach(setting -> arguments.addAll(List.of("--set", setting)));
    return sapo.run(arguments.toArray(String[]::new));
  }

  /** Of all files, by name. */
  private static Map<String, String> hashes(Path tree) throws IOException {
    Map<String, String> hashes = new TreeMap<>();
    try (Stream<Path> files = Files.walk(tree)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        hashes.put(
            tree.relativize(file).toString(), DigestUtils.sha256Hex(Files.readAllBytes(file)));
      }
    }
    return hashes;
  }

  private static void delete(Path tree) throws IOException {
    try (Stream<Path> files = Files.walk(tree)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
