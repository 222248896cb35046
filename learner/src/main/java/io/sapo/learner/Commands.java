package io.sapo.learner;

import io.sapo.schemas.Control;
import io.sapo.schemas.RecordFormatException;
import io.sapo.schemas.Topics;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows operators' commands to the learner on a thread of its own. Who paused a run that was then
 * stopped finds it paused again; a checkpoint or an export is only made for those who ask while it
 * runs.
 */
final class Commands implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Commands.class);
  private static final Duration POLL = Duration.ofMillis(200);
  private static final String TARGET = "learner";

  private final Consumer<byte[], byte[]> consumer;
  private final Topics topics;
  private final Thread thread;
  private volatile boolean closed;
  private Optional<String> pausedBy = Optional.empty();
  private boolean checkpointWanted;
  private boolean exportWanted;
  private RuntimeException failure;

  /**
   * Reads what was commanded before, then starts to follow.
   *
   * @param consumer closed with this object
   */
  Commands(Consumer<byte[], byte[]> consumer, Topics topics) {
    this.consumer = consumer;
    this.topics = topics;
    try {
      TopicPartition partition = new TopicPartition(topics.control().name(), 0);
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long end = consumer.endOffsets(List.of(partition)).get(partition);
      while (consumer.position(partition) < end) {
        consumer.poll(POLL).forEach(this::take);
      }
      checkpointWanted = false;
      exportWanted = false;
    } catch (RuntimeException e) {
      consumer.close();
      throw e;
    }
    thread = new Thread(this::follow, "sapo-learner-commands");
    thread.setDaemon(true);
    thread.start();
  }

  private void follow() {
    try (consumer) {
      while (!closed) {
        consumer.poll(POLL).forEach(this::take);
      }
    } catch (WakeupException e) {
      log.debug("asked to stop");
    } catch (RuntimeException | Error e) {
      synchronized (this) {
        failure = new IllegalStateException("commands cannot be followed: " + e, e);
      }
    }
  }

  private synchronized void take(ConsumerRecord<byte[], byte[]> record) {
    Control command;
    try {
      command = topics.control().codec().decode(record.value());
    } catch (RecordFormatException e) {
      log.warn("command at offset {} is left out: {}", record.offset(), e.getMessage());
      return;
    }
    if (!command.getTarget().equals(TARGET)) {
      return;
    }
    switch (command.getAction()) {
      case PAUSE -> pausedBy = Optional.of(command.getRequestedBy());
      case RESUME -> pausedBy = Optional.empty();
      case CHECKPOINT -> checkpointWanted = true;
      case EXPORT -> exportWanted = true;
      default -> log.debug("{} is not for the training thread", command.getAction());
    }
    notifyAll();
  }

  /**
   * Who has paused training, if anybody.
   *
   * @throws RuntimeException what ended following, if it has ended
   */
  synchronized Optional<String> pausedBy() {
    if (failure != null) {
      throw failure;
    }
    return pausedBy;
  }

  /** Waits a moment for the next command. */
  synchronized void await() throws InterruptedException {
    wait(POLL.toMillis());
  }

  /** Whether a checkpoint was asked for since the last call. */
  synchronized boolean takeCheckpointWanted() {
    boolean wanted = checkpointWanted;
    checkpointWanted = false;
    return wanted;
  }

  /** Whether an export was asked for since the last call. */
  synchronized boolean takeExportWanted() {
    boolean wanted = exportWanted;
    exportWanted = false;
    return wanted;
  }

  @Override
  public void close() {
    closed = true;
    consumer.wakeup();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
