package io.sapo.torture;

import io.sapo.learner.LearnerClients;
import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.schemas.ProducerClients;
import io.sapo.schemas.RecordFormatException;
import io.sapo.schemas.Topics;
import io.sapo.schemas.Trajectory;
import io.sapo.torture.HostileTrajectories.Hostile;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;

/**
 * A hostile producer and a hostile operator beside a run: trajectories made from its newest ones,
 * and commands, at a steady pace, until closed. On a thread of its own.
 */
final class Hostility implements AutoCloseable {
  private static final Duration EVERY = Duration.ofMillis(250);
  private static final int COMMANDS_ONE_IN = 6;
  private static final int STOLEN_ID_ONE_IN = 10;
  private static final String MARK = "hostile-";

  private final Map<String, Object> client;
  private final Topics topics;
  private final Random random;
  private final List<Hostile> trajectories;
  private final HostileCommands commands;
  private final AtomicLong sent = new AtomicLong();
  private final Thread thread = new Thread(this::run, "hostility");
  private volatile boolean closed;
  private volatile Exception failure;
  private byte[] template;
  private int next;

  private Hostility(
      Map<String, Object> client,
      Topics topics,
      ModelConfig model,
      int maxSequenceTokens,
      long seed) {
    this.client = client;
    this.topics = topics;
    this.random = new Random(seed);
    this.trajectories = new ArrayList<>(HostileTrajectories.all(maxSequenceTokens));
    model
        .imageTokens()
        .ifPresent(
            tokens -> trajectories.addAll(HostilePictures.all(tokens.image(), tokens.video())));
    Collections.shuffle(trajectories, random);
    this.commands = new HostileCommands(topics, random);
  }

  /**
   * @param model that the run trains
   * @param maxSequenceTokens that its learner takes
   */
  static Hostility start(
      Map<String, Object> client,
      Topics topics,
      ModelConfig model,
      int maxSequenceTokens,
      long seed) {
    Hostility hostility = new Hostility(client, topics, model, maxSequenceTokens, seed);
    hostility.thread.setDaemon(true);
    hostility.thread.start();
    return hostility;
  }

  /** Trajectories and commands so far. */
  long sent() {
    return sent.get();
  }

  private void run() {
    Map<String, Object> large =
        Map.of(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Topics.MAX_RECORD_BYTES);
    try (Consumer<byte[], byte[]> reader = new LearnerClients(client).committedReader("hostility");
        Producer<byte[], byte[]> producer = ProducerClients.patient(client, large)) {
      List<TopicPartition> partitions =
          reader.partitionsFor(topics.trajectories().name()).stream()
              .map(info -> new TopicPartition(info.topic(), info.partition()))
              .toList();
      reader.assign(partitions);
      reader.seekToEnd(partitions);
      while (!closed) {
        reader.poll(EVERY).forEach(this::take);
        if (random.nextInt(COMMANDS_ONE_IN) == 0) {
          producer.send(commands.next(), this::sent);
        } else if (template != null) {
          producer.send(trajectory(), this::sent);
        }
        Thread.sleep(EVERY.toMillis());
      }
      producer.send(commands.resume(), this::keep);
      producer.flush();
    } catch (InterruptedException | InterruptException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      failure = e;
    }
  }

  private void sent(RecordMetadata where, Exception problem) {
    keep(where, problem);
    if (problem == null) {
      sent.incrementAndGet();
    }
  }

  private void keep(RecordMetadata where, Exception problem) {
    if (problem != null) {
      failure = problem;
    }
  }

  private void take(ConsumerRecord<byte[], byte[]> record) {
    try {
      Trajectory read = topics.trajectories().codec().decode(record.value());
      template = read.getGroupId().startsWith(MARK) ? template : record.value();
    } catch (RecordFormatException e) {
      throw new IllegalStateException("nobody sends what cannot be read", e);
    }
  }

  private ProducerRecord<byte[], byte[]> trajectory() {
    Trajectory trajectory = topics.trajectories().codec().decode(template);
    String stolen = trajectory.getTrajectoryId();
    String id = MARK + random.nextLong();
    trajectory.setTrajectoryId(id);
    trajectory.setGroupId(id);
    trajectory.setGroupSize(1);
    trajectories.get(next++ % trajectories.size()).change().accept(trajectory);
    if (random.nextInt(STOLEN_ID_ONE_IN) == 0) {
      trajectory.setTrajectoryId(stolen);
    }
    return topics.trajectories().record(trajectory.getGroupId(), trajectory);
  }

  /**
   * Waits until all is in the log.
   *
   * @throws TortureException when not all could be sent
   */
  void finish() throws InterruptedException {
    closed = true;
    thread.join(Pipeline.LIMIT.toMillis());
    if (failure != null || thread.isAlive()) {
      throw new TortureException("what is hostile could not be sent: " + failure, failure);
    }
  }

  /** Ends it wherever it is. */
  @Override
  public void close() throws InterruptedException {
    closed = true;
    thread.interrupt();
    thread.join();
  }
}
