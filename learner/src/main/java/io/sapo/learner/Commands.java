package io.sapo.learner;

import io.sapo.schemas.AnsweredCommands;
import io.sapo.schemas.CommandOutcomes;
import io.sapo.schemas.Control;
import io.sapo.schemas.DamagedRecords;
import io.sapo.schemas.RecordFormatException;
import io.sapo.schemas.Status;
import io.sapo.schemas.Topics;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Follows operators' commands to the learner on a thread of its own, from the learner's start on,
 * so that none is lost while it recovers. A pause outlives a restart; a checkpoint or an export is
 * only made when asked for while the learner runs, and refused when nobody has answered it before.
 * The outcome of each command is reported in heartbeats.
 */
final class Commands implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Commands.class);
  private static final Duration POLL = Duration.ofMillis(200);
  private static final String TARGET = "learner";
  private static final int MOST_WAITING = 100;

  /** Both are kept, and said in heartbeats. */
  private static final int MAX_TEXT_CHARS = AnsweredCommands.MAX_ID_CHARS;

  /** Told what became of a command, by its id; on any thread. */
  interface Answers {
    void answer(String command, String outcome);
  }

  private final Consumer<byte[], byte[]> consumer;
  private final Topics topics;
  private final Answers answers;
  private final Optional<Status> former;
  private final Thread thread;
  private final Deque<Control> errands = new ArrayDeque<>();
  private volatile boolean closed;
  private Optional<Control> paused = Optional.empty();
  private boolean following;
  private RuntimeException failure;

  /** Outcomes of what nobody has answered before this start, by id. */
  private final Map<String, String> unanswered = new LinkedHashMap<>();

  /**
   * Reads what was commanded before, then starts to follow.
   *
   * @param consumer closed with this object
   * @param former last heartbeat of the learner before this one; what was commanded before that one
   *     began is history
   */
  Commands(
      Consumer<byte[], byte[]> consumer, Topics topics, Optional<Status> former, Answers answers) {
    this.former = former;
    this.consumer = consumer;
    this.topics = topics;
    this.answers = answers;
    try {
      TopicPartition partition = new TopicPartition(topics.control().name(), 0);
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long end = consumer.endOffsets(List.of(partition)).get(partition);
      while (consumer.position(partition) < end) {
        consumer.poll(POLL).forEach(this::take);
      }
      unanswered.forEach(answers::answer);
      following = true;
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
      DamagedRecords.check(record.headers());
      command = topics.control().codec().decode(record.value());
    } catch (RecordFormatException e) {
      leaveOut(record.offset(), e.getMessage());
      return;
    }
    if (!command.getTarget().equals(TARGET)) {
      return;
    }
    if (command.getCommandId().length() > MAX_TEXT_CHARS
        || command.getRequestedBy().length() > MAX_TEXT_CHARS) {
      leaveOut(
          record.offset(),
          "its id and who asked may have %d characters each".formatted(MAX_TEXT_CHARS));
      return;
    }
    switch (command.getAction()) {
      case PAUSE -> {
        paused = Optional.of(command);
        answer(record, command, "accepted: training pauses after the update under way");
      }
      case RESUME -> {
        paused = Optional.empty();
        answer(record, command, "done: training goes on");
      }
      case CHECKPOINT, EXPORT -> takeErrand(record, command);
      default -> log.debug("{} is not for the training thread", command.getAction());
    }
    notifyAll();
  }

  /** Of those from before this start an earlier one has said it. */
  private void leaveOut(long offset, String why) {
    log.atLevel(following ? Level.WARN : Level.DEBUG)
        .log("command at offset {} is skipped: {}", offset, why);
  }

  private void takeErrand(ConsumerRecord<byte[], byte[]> record, Control errand) {
    if (!following) {
      answer(record, errand, "refused: no learner was at work, or it ended before this was done");
    } else if (closed) {
      answer(record, errand, "refused: training has ended");
    } else if (errands.size() >= MOST_WAITING) {
      answer(record, errand, "refused: %d others wait".formatted(MOST_WAITING));
    } else {
      errands.add(errand);
      answer(record, errand, "accepted: done between two records");
    }
  }

  private void answer(ConsumerRecord<byte[], byte[]> record, Control command, String outcome) {
    if (following) {
      answers.answer(command.getCommandId(), outcome);
    } else {
      noteUnanswered(record, command, outcome);
    }
  }

  /**
   * Of what was sent before this start: what the learner before this one has answered is done with,
   * and so is all that came before it, of which only the newest answers are still said.
   */
  private void noteUnanswered(
      ConsumerRecord<byte[], byte[]> record, Control command, String outcome) {
    Optional<String> said = CommandOutcomes.of(former.stream().toList(), command.getCommandId());
    if (said.isPresent()) {
      unanswered.clear();
    }
    boolean open = said.filter(known -> !known.startsWith("accepted")).isEmpty();
    if (open && former.stream().allMatch(it -> record.timestamp() >= it.getStartedAtMs())) {
      unanswered.remove(command.getCommandId());
      unanswered.put(command.getCommandId(), outcome);
      if (unanswered.size() > AnsweredCommands.MOST) {
        unanswered.remove(unanswered.keySet().iterator().next());
      }
    }
  }

  /**
   * The command that has paused training, if any.
   *
   * @throws RuntimeException what ended following, if it has ended
   */
  synchronized Optional<Control> paused() {
    if (failure != null) {
      throw failure;
    }
    return paused;
  }

  /** Waits a moment for the next command. */
  synchronized void await() throws InterruptedException {
    wait(POLL.toMillis());
  }

  /** The next checkpoint or export that is asked for; empty when there is none. */
  synchronized Optional<Control> nextErrand() {
    return Optional.ofNullable(errands.poll());
  }

  /** Answers the commands that still wait: they are not carried out. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      errands.forEach(
          errand -> answers.answer(errand.getCommandId(), "refused: training has ended"));
      errands.clear();
    }
    consumer.wakeup();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
