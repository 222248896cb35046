package io.sapo.standalone.run;

import io.sapo.command.CommandFailure;
import io.sapo.standalone.folder.RunFolder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Instance name and folder of one of several processes of the same role: the lowest number that no
 * live process holds (a file lock). A restarted process finds its name and state again, and nothing
 * has to assign names.
 */
final class InstanceSlot implements AutoCloseable {
  private static final int MOST = 1_000;

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
                StandardOpenOption.WRITE);
        if (locked(channel)) {
          return new InstanceSlot(run.path().resolve(name), host() + "-" + name, channel);
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

  /** For files of this process alone; need not exist. */
  Path folder() {
    return folder;
  }

  /** Unique among processes that are alive; letters, digits, '.', '_' and '-'. */
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
