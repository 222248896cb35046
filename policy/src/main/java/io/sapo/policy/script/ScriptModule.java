package io.sapo.policy.script;

import ai.djl.Device;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import io.sapo.policy.checkpoint.ModelConfig;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A TorchScript class of the resources, compiled for one model configuration. Methods may be called
 * from several threads at once. Shares the compiled code with all of the same sources in this
 * process; tensors belong to the callers.
 *
 * <p>Code runs as written, unoptimized: libtorch's profiling executor rewrites a function after its
 * first calls, and a result must not depend on how often a function was called before.
 */
public final class ScriptModule implements AutoCloseable {
  /**
   * DJL's switch between training and inference. Inference goes by a deprecated guard that warns on
   * standard error; the thread's gradient mode does the same in the way libtorch means it.
   */
  private static final boolean DEFAULT_DISPATCH = true;

  private final NDManager manager;
  private final CompiledScripts.Compiled compiled;
  private final AtomicBoolean closed = new AtomicBoolean();

  private ScriptModule(NDManager manager, CompiledScripts.Compiled compiled) {
    this.manager = manager;
    this.compiled = compiled;
  }

  /**
   * Compiles class {@code type} of source file {@code file}, unless that is done.
   *
   * @throws EngineException with libtorch's message where the source is wrong
   */
  public static ScriptModule load(String file, String type, ModelConfig config, Device device) {
    CompiledScripts.Compiled compiled =
        CompiledScripts.acquire(
            new CompiledScripts.Key(device, file, type, ScriptArchive.sources(file, config)));
    try {
      return new ScriptModule(NDManager.newBaseManager(device, "PyTorch"), compiled);
    } catch (RuntimeException e) {
      CompiledScripts.release(compiled);
      throw e;
    }
  }

  /** Manager of the device the module runs on, for the callers' sub-managers. */
  public NDManager newManager() {
    return manager.newSubManager();
  }

  /**
   * Runs a method without recording gradients, unless it asks for them itself.
   *
   * @param results owner of what is returned
   * @param arguments in the order of the method's parameters; neighbours that share a name ending
   *     in {@code []} form one list
   */
  public NDList call(NDManager results, String method, NDList arguments) {
    boolean gradientsBefore = JniUtils.isGradMode();
    JniUtils.setGradMode(false);
    JniUtils.setGraphExecutorOptimize(false);
    try (NDArray name = results.create(new Shape(1))) {
      name.setName("module_method:" + method);
      NDList all = new NDList(arguments.size() + 1);
      all.add(name);
      all.addAll(arguments);
      return IValueUtils.forward(compiled.block(), all, DEFAULT_DISPATCH);
    } finally {
      JniUtils.setGradMode(gradientsBefore);
    }
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      manager.close();
      CompiledScripts.release(compiled);
    }
  }
}
