package io.sapo.policy.checkpoint;

import io.sapo.policy.tensor.ElementType;
import io.sapo.policy.tensor.TensorData;
import io.sapo.policy.tensor.TensorSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.function.Consumer;

/** A tensor of a safetensors file, read through mapped windows while the file is open. */
record FileTensor(Path file, FileChannel channel, SafetensorsHeader.Entry entry)
    implements TensorData {

  @Override
  public TensorSpec spec() {
    return entry.spec();
  }

  @Override
  public ElementType type() {
    return entry.type();
  }

  @Override
  public void read(long begin, int length, Consumer<ByteBuffer> reader) {
    ByteBuffer window;
    try {
      window = channel.map(FileChannel.MapMode.READ_ONLY, entry.begin() + begin, length);
    } catch (IOException e) {
      throw new InvalidCheckpointException(
          file + ": tensor '" + spec().name() + "' cannot be read: " + e, e);
    }
    reader.accept(window.order(ByteOrder.LITTLE_ENDIAN));
  }
}
