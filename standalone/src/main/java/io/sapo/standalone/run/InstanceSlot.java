package io.sapo.standalone.run;

import io.sapo.command.CommandFailure;
import io.sapo.standalone.folder.RunFolder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Instance name and folder of one of several processes of the same role: the lowest number that no
 * live process holds (a file lock). A restarted process finds its name and state again, and nothing
 * has to assign names. The lock file holds random digits that are part of the name, since a host
 * may have several folders: a segmenter ends another one of its name.
 */
final class InstanceSlot implements AutoCloseable {
  private static final int MOST = 1_000;
  private static final Pattern DIGITS = Pattern.compile("[0-9a-f]{8}");

  private final Path folder;
  private final String instance;
  private final FileChannel lock;

  private InstanceSlot(Path folder, String instance, FileChannel lock) {
    this.folder = folder;
    this.instance = instance;
    this.lock = lock;
  }

  /** Takes the first free place; free again when closed or when the process ends. */
  static InstanceSlot take(RunFolder run, RoleKind kind) {
    try {
      run.make();
      for (int n = 0; n < MOST; n++) {
        String name = kind.label() + "-" + n;
        FileChannel channel =
            FileChannel.open(
                run.path().resolve(name + ".lock"),
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        if (locked(channel)) {
          return new InstanceSlot(
              run.path().resolve(name), host() + "-" + name + "-" + digits(channel), channel);
        }
        channel.close();
      }
    } catch (IOException e) {
      throw CommandFailure.failed(run.path() + " cannot be used: " + e.getMessage(), e);
    }
    throw CommandFailure.failed(run.path() + " is in use by " + MOST + " processes of this kind");
  }

  private static boolean locked(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false; // by this process
    }
  }

  /** Those of the file, or new ones where it has none. */
  private static String digits(FileChannel file) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(8);
    file.read(bytes, 0);
    String present = StandardCharsets.US_ASCII.decode(bytes.flip()).toString();
    if (DIGITS.matcher(present).matches()) {
      return present;
    }
    String made = UUID.randomUUID().toString().substring(0, 8);
    file.truncate(0).write(StandardCharsets.US_ASCII.encode(made), 0);
    return made;
  }

  /** For files of this process alone; need not exist. */
  Path folder() {
    return folder;
  }

  /** Unique among live processes, whichever their folder; letters, digits, '.', '_' and '-'. */
  String instance() {
    return instance;
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName().replaceAll("[^A-Za-z0-9._-]", "-");
    } catch (UnknownHostException e) {
      return "host";
    }
  }

  @Override
  public void close() throws IOException {
    lock.close();
  }
}
