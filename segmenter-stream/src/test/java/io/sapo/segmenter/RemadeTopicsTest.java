package io.sapo.segmenter;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.schemas.RestartException;
import io.sapo.schemas.Topics;
import io.sapo.schemas.Trajectory;
import io.sapo.segmenter.topology.SampleTrajectories;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Topics deleted and made anew under the same prefix. The new run's trajectories have the ids of
 * the old one's, since these are a function of the task's place.
 */
@Timeout(value = 1, unit = TimeUnit.MINUTES)
class RemadeTopicsTest {
  private static SegmenterFixture fixture;

  @TempDir Path stateDir;
  @TempDir Path otherStateDir;

  @BeforeAll
  static void startBroker(@TempDir Path folder) {
    fixture = new SegmenterFixture(folder);
  }

  @AfterAll
  static void stopBroker() {
    fixture.close();
  }

  @Test
  void aStateFolderOfEarlierTopicsKeepsNothingBack() throws Exception {
    Topics topics = fixture.created("folder.");
    segment(topics, stateDir, "one", 0);
    remake(topics, name -> true);
    segment(topics, otherStateDir, "two", 0);
    segment(topics, stateDir, "one", 1);
  }

  @Test
  void changelogsOfEarlierTopicsKeepNothingBack() throws Exception {
    Topics topics = fixture.created("changelogs.");
    segment(topics, stateDir, "one", 0);
    remake(topics, name -> !name.endsWith("-changelog"));
    segment(topics, otherStateDir, "one", 0);
  }

  /** Within moments: as a rule the stream notices nothing. */
  @Test
  void topicsMadeAnewUnderItEndItForARestart() throws Exception {
    Topics topics = fixture.created("live.");
    try (Segmenter segmenter = fixture.segmenter(topics, stateDir, "remade", "");
        Admin admin = Admin.create(fixture.kafka())) {
      segmenter.start();
      segmenter.ready().get();
      InputWatch watch = segmenter.inputWatch().orElseThrow();
      watch.look(admin);
      assertThat(segmenter.health().failed()).isFalse();
      remake(topics, name -> true);
      watch.look(admin);
      segmenter.awaitEnd();
      assertThat(segmenter.failure()).containsInstanceOf(RestartException.class);
      assertThat(segmenter.health().message()).contains("live.trajectories was deleted");
    }
  }

  /**
   * @param before segments in the topic
   */
  private static void segment(Topics topics, Path stateDir, String id, int before) {
    Trajectory trajectory = SampleTrajectories.right(id).build();
    try (Producer<byte[], byte[]> producer = fixture.producer()) {
      byte[] value = topics.trajectories().codec().encode(trajectory);
      byte[] key = trajectory.getGroupId().getBytes(StandardCharsets.UTF_8);
      producer.send(new ProducerRecord<>(topics.trajectories().name(), 0, key, value));
    }
    try (Segmenter segmenter = fixture.segmenter(topics, stateDir, "remade", "")) {
      segmenter.start();
      List<ConsumerRecord<byte[], byte[]>> segments =
          fixture.read(
              topics.segments().name(),
              records -> records.size() == before + 1 || fixture.count(topics.deadLetters()) > 0);
      assertThat(fixture.count(topics.deadLetters())).as("dead letters").isZero();
      assertThat(topics.segments().codec().decode(segments.get(before).value()).getTrajectory())
          .extracting(Trajectory::getTrajectoryId)
          .isEqualTo(id);
    }
  }

  private static void remake(Topics topics, Predicate<String> which) throws Exception {
    try (Admin admin = Admin.create(fixture.kafka())) {
      List<String> names =
          admin.listTopics().names().get().stream()
              .filter(name -> name.startsWith(topics.prefix()))
              .filter(which)
              .toList();
      admin.deleteTopics(names).all().get();
    }
    fixture.created(topics.prefix());
  }
}
