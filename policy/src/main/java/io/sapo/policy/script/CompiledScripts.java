package io.sapo.policy.script;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Compiled TorchScript of this process. Code has no state, so that the same sources are compiled
 * once for all who run them at a time, an actor and a critic say, and what was used last is kept
 * for those who come next. For any thread.
 */
final class CompiledScripts {
  /** Scripts that nobody uses and that stay compiled, some megabytes each. */
  static final int KEPT = 8;

  /** Least recently acquired first. */
  private static final Map<Key, Compiled> ALL = new LinkedHashMap<>(16, 0.75f, true);

  private CompiledScripts() {}

  /**
   * What is compiled.
   *
   * @param file whose class {@code type} is wanted
   * @param sources by name of their file
   */
  record Key(Device device, String file, String type, Map<String, String> sources) {}

  /** Code of one key, with the number of its users. */
  static final class Compiled {
    private final NDManager manager;
    private final PtSymbolBlock block;
    private int users;

    private Compiled(NDManager manager, PtSymbolBlock block) {
      this.manager = manager;
      this.block = block;
    }

    PtSymbolBlock block() {
      return block;
    }

    private void close() {
      block.close();
      manager.close();
    }
  }

  /**
   * Counts the caller as a user until it calls {@link #release}.
   *
   * @throws ai.djl.engine.EngineException with libtorch's message where the source is wrong
   */
  static synchronized Compiled acquire(Key key) {
    Compiled compiled = ALL.get(key);
    if (compiled == null) {
      compiled = compile(key);
      ALL.put(key, compiled);
    }
    compiled.users++;
    return compiled;
  }

  /** Once for each {@link #acquire}. */
  static synchronized void release(Compiled compiled) {
    compiled.users--;
    long idle = idle();
    Iterator<Compiled> eldest = ALL.values().iterator();
    while (idle > KEPT) {
      Compiled next = eldest.next();
      if (next.users == 0) {
        eldest.remove();
        next.close();
        idle--;
      }
    }
  }

  /** How many are compiled and unused. */
  static synchronized long idle() {
    return ALL.values().stream().filter(compiled -> compiled.users == 0).count();
  }

  private static Compiled compile(Key key) {
    byte[] archive = ScriptArchive.assemble(key.file(), key.type(), key.sources());
    NDManager manager = NDManager.newBaseManager(key.device(), "PyTorch");
    try {
      return new Compiled(
          manager,
          JniUtils.loadModule(
              (PtNDManager) manager, new ByteArrayInputStream(archive), false, false));
    } catch (IOException e) {
      manager.close();
      throw new UncheckedIOException(e);
    } catch (RuntimeException e) {
      manager.close();
      throw e;
    }
  }
}
