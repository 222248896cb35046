package io.sapo.torture;

import io.sapo.learner.LearnerClients;
import io.sapo.learner.commit.CommittedVersions;
import io.sapo.learner.fault.FaultPoint;
import io.sapo.schemas.CommittedLog;
import io.sapo.schemas.TopicAdmin;
import io.sapo.schemas.Topics;
import io.sapo.schemas.WeightVersion;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Trains an undisturbed learner, on topics of its own, on the segments that a run was made from:
 * whatever faults either has met, both make the same versions.
 */
final class UndisturbedLearner {
  private static final String PREFIX = "alone.";
  private static final int DELAY_MICROS = 20_000;

  private final Pipeline pipeline;
  private final PrintWriter out;
  private final Random random;
  private final Topics copied = new Topics(PREFIX);

  UndisturbedLearner(Pipeline pipeline, PrintWriter out, Random random) {
    this.pipeline = pipeline;
    this.out = out;
    this.random = random;
  }

  /**
   * @param kills of the second learner, at named points and at random times
   * @return the last version
   * @throws TortureException naming the first version that differs
   */
  long prove(int kills) throws IOException, InterruptedException {
    CommittedVersions disturbed = versions(pipeline.topics());
    long last = disturbed.last().getVersion();
    copySegments();
    Path data = pipeline.learnerData().resolveSibling("alone");
    for (int kill = 0; kill < kills; kill++) {
      kill(data, last);
    }
    Child learner = pipeline.foldAlone(PREFIX, data, last);
    int status = learner.awaitEnd(Pipeline.LIMIT.multipliedBy(3));
    if (status != 0) {
      throw new TortureException(
          "the second learner ended with %d:\n%s".formatted(status, learner.tail()), null);
    }
    compare(disturbed, versions(copied));
    out.println(
        "  %d versions folded again%s: bit-identical"
            .formatted(last, kills == 0 ? "" : " by a learner killed %d times".formatted(kills)));
    out.flush();
    return last;
  }

  private void kill(Path data, long last) throws IOException, InterruptedException {
    FaultPoint[] points = FaultPoint.values();
    FaultPoint point = points[random.nextInt(points.length)];
    HaltPoint.arm(pipeline.haltFile(), point, random.nextInt(DELAY_MICROS), 1 + random.nextInt(2));
    Child learner = pipeline.foldAlone(PREFIX, data, last);
    int status = learner.awaitEnd(Pipeline.LIMIT);
    Files.delete(pipeline.haltFile());
    if (status != HaltPoint.STATUS) {
      throw new TortureException(
          "the second learner ended with %d before it reached %s; record more versions:\n%s"
              .formatted(status, point, learner.tail()),
          null);
    }
    out.println("  second learner killed at " + point);
    out.flush();
  }

  private void copySegments() throws InterruptedException {
    String source = pipeline.topics().segments().name();
    try (Admin admin = Admin.create(pipeline.client());
        CommittedLog log = new CommittedLog(admin, pipeline.client());
        Producer<byte[], byte[]> producer = pipeline.producer()) {
      new TopicAdmin(admin, copied).createAndCheck((short) 1);
      TopicPartition partition = new TopicPartition(source, 0);
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      log.read(
          partition,
          log.begin(partition),
          log.committedEnd(partition),
          record ->
              sent.add(
                  producer.send(
                      new ProducerRecord<>(
                          copied.segments().name(), record.key(), record.value()))));
      for (Future<RecordMetadata> one : sent) {
        one.get();
      }
    } catch (ExecutionException e) {
      throw new TortureException("segments cannot be copied: " + e.getCause(), e);
    }
  }

  private CommittedVersions versions(Topics topics) {
    try (Consumer<byte[], byte[]> reader =
        new LearnerClients(pipeline.client()).committedReader("torture")) {
      return CommittedVersions.read(reader, topics);
    }
  }

  private static void compare(CommittedVersions disturbed, CommittedVersions alone) {
    for (long number = 0; number <= disturbed.last().getVersion(); number++) {
      WeightVersion one = disturbed.get(number);
      WeightVersion other = alone.get(number);
      boolean same =
          one.getActorSha256().equals(other.getActorSha256())
              && Objects.equals(one.getCriticSha256(), other.getCriticSha256())
              && one.getOptimizerSha256().equals(other.getOptimizerSha256())
              && one.getKlCoefficient() == other.getKlCoefficient()
              && one.getConsumedTotal() == other.getConsumedTotal()
              && one.getTrainedTotal() == other.getTrainedTotal();
      if (!same) {
        throw new TortureException(
            "version %d differs: actor %s and %s, trained %d and %d, consumed %d and %d"
                .formatted(
                    number,
                    one.getActorSha256(),
                    other.getActorSha256(),
                    one.getTrainedTotal(),
                    other.getTrainedTotal(),
                    one.getConsumedTotal(),
                    other.getConsumedTotal()),
            null);
      }
    }
  }
}
