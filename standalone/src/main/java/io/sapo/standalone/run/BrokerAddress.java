package io.sapo.standalone.run;

import io.sapo.standalone.folder.RunFolder;
import io.sapo.standalone.kafka.KafkaAccess;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Publishes the address of a run's brokers in the run's folder, where other processes look it up,
 * until closed.
 */
final class BrokerAddress implements AutoCloseable {
  private final RunFolder folder;

  private BrokerAddress(RunFolder folder) {
    this.folder = folder;
  }

  static BrokerAddress of(RunFolder folder, KafkaAccess kafka) {
    try {
      folder.announce(kafka.bootstrapServers());
      return new BrokerAddress(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(folder.path() + " cannot be written", e);
    }
  }

  @Override
  public void close() {
    try {
      folder.withdraw();
    } catch (IOException e) {
      throw new UncheckedIOException(folder.path() + " cannot be written", e);
    }
  }
}
