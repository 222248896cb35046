package io.sapo.broker;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.metadata.storage.Formatter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A folder with a broker's data. */
final class DataFolder {
  private static final Logger log = LoggerFactory.getLogger(DataFolder.class);

  /** Kafka's own, held while a broker works on the folder. */
  private static final String LOCK = ".lock";

  /** There while no broker is registered: the last one ended with a controlled shutdown. */
  private static final String SIGNED_OFF = ".signed_off";

  private DataFolder() {}

  /** Whether a broker of another process works on it; asked in its own process, it lets go. */
  static boolean isLocked(Path folder) {
    Path lock = folder.resolve(LOCK);
    if (!Files.exists(lock)) {
      return false;
    }
    try (FileChannel file = FileChannel.open(lock, StandardOpenOption.WRITE);
        FileLock free = file.tryLock()) {
      return free == null;
    } catch (IOException e) {
      // Whoever cannot look cannot start there either, and will be told why.
      log.debug("{} cannot be looked at", lock, e);
      return false;
    }
  }

  static boolean isSignedOff(Path folder) {
    return Files.exists(folder.resolve(SIGNED_OFF));
  }

  /** Before a broker registers. */
  static void signIn(Path folder) throws IOException {
    Files.deleteIfExists(folder.resolve(SIGNED_OFF));
  }

  /** Once its registration has ended; where that cannot be noted, the next start takes longer. */
  static void signOff(Path folder) {
    try {
      Files.write(folder.resolve(SIGNED_OFF), new byte[0]);
    } catch (IOException e) {
      log.debug("{} cannot be written", folder.resolve(SIGNED_OFF), e);
    }
  }

  /**
   * Writes the cluster id once; a folder that has one keeps it.
   *
   * @return whether the folder was new
   */
  static boolean format(Path folder) throws Exception {
    if (Files.exists(folder.resolve("meta.properties"))) {
      return false;
    }
    Files.createDirectories(folder);
    new Formatter()
        .setPrintStream(
            new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
        .setNodeId(BrokerSettings.NODE_ID)
        .setClusterId(Uuid.randomUuid().toString())
        .setControllerListenerName(BrokerSettings.CONTROLLER_LISTENER)
        .setMetadataLogDirectory(folder.toString())
        .addDirectory(folder.toString())
        .run();
    return true;
  }
}
