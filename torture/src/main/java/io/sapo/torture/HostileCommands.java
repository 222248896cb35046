package io.sapo.torture;

import io.sapo.schemas.Control;
import io.sapo.schemas.ControlAction;
import io.sapo.schemas.Topics;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Commands of a hostile operator; none of them ends a run. For one thread. */
final class HostileCommands {
  private static final int LARGE = 1 << 20;
  private static final String LEARNER = "learner";
  private static final String PRODUCER = "producer";

  private final Topics topics;
  private final Random random;
  private Optional<String> paused = Optional.empty();

  HostileCommands(Topics topics, Random random) {
    this.topics = topics;
    this.random = random;
  }

  /** What one has paused the next resumes. */
  ProducerRecord<byte[], byte[]> next() {
    if (paused.isPresent()) {
      return resume();
    }
    String id = "hostile-" + random.nextLong();
    String large = "x".repeat(LARGE);
    if (random.nextInt(4) == 0) {
      paused = Optional.of(random.nextBoolean() ? LEARNER : PRODUCER);
      return command(id, ControlAction.PAUSE, paused.get(), "me");
    }
    List<ProducerRecord<byte[], byte[]>> others =
        List.of(
            command(id, ControlAction.CHECKPOINT, LEARNER, "me"),
            command("the same", ControlAction.EXPORT, LEARNER, "me"),
            command("", ControlAction.CHECKPOINT, LEARNER, ""),
            command(large, ControlAction.CHECKPOINT, LEARNER, "me"),
            command(id, ControlAction.CHECKPOINT, LEARNER, large),
            command(id, ControlAction.RESUME, large, "me"),
            command(id, ControlAction.EVALUATE, LEARNER, "me"),
            command(id, ControlAction.UNKNOWN, PRODUCER, "me"),
            new ProducerRecord<>(topics.control().name(), new byte[] {1, 2}),
            new ProducerRecord<>(topics.control().name(), new byte[] {1}, null));
    return others.get(random.nextInt(others.size()));
  }

  ProducerRecord<byte[], byte[]> resume() {
    String target = paused.orElse(LEARNER);
    paused = Optional.empty();
    return command("hostile-resume", ControlAction.RESUME, target, "me");
  }

  private ProducerRecord<byte[], byte[]> command(
      String id, ControlAction action, String target, String who) {
    return topics.control().record("control", new Control(id, action, target, who, Long.MIN_VALUE));
  }
}
