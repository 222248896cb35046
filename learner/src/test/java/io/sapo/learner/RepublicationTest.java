package io.sapo.learner;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.schemas.Component;
import io.sapo.schemas.Status;
import io.sapo.schemas.UnreadableWeights;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RepublicationTest {
  private long nanos = -1;
  private boolean gone;
  private int whole;
  private long anchor;
  private List<Status> producers = List.of();
  private final Republication republication =
      new Republication(() -> gone, () -> whole++, () -> anchor, () -> producers, () -> nanos);

  /** A producer's, with weights of a version, and the one it cannot read, if any. */
  static Status status(long version, String unreadable) {
    return Status.newBuilder()
        .setComponent(Component.PRODUCER)
        .setInstance("one")
        .setState("running")
        .setMessage("refused")
        .setVersion(version)
        .setStartedAtMs(0)
        .setAtMs(0)
        .setIntervalMs(60_000)
        .setGauges(Map.of())
        .setInfo(unreadable == null ? Map.of() : Map.of(UnreadableWeights.INFO, unreadable))
        .build();
  }

  private boolean due(long version) {
    nanos += TimeUnit.SECONDS.toNanos(1);
    return republication.due(version).isPresent();
  }

  @Test
  void whatTheBrokerHasDeletedIsDueAtEachLook() {
    gone = true;
    assertThat(republication.due(3))
        .hasValueSatisfying(why -> assertThat(why).contains("version 3"));
    assertThat(due(4)).as("a second later").isFalse();
    nanos += TimeUnit.SECONDS.toNanos(30);
    assertThat(due(4)).isTrue();
    assertThat(whole).isEqualTo(2);
  }

  @Test
  void whatNoProducerCanReadIsDue() {
    producers = List.of(status(2, "3"), status(-1, "3"));
    assertThat(republication.due(3)).contains("2 of 2 producers cannot read version 3 (refused)");
    assertThat(whole).isEqualTo(1);
  }

  @Test
  void whileOneCanReadItTheNextVersionIsWholeAndNoneIsMadeOfNothing() {
    producers = List.of(status(2, "3"), status(2, null));
    assertThat(due(3)).isFalse();
    assertThat(whole).isEqualTo(1);
  }

  /** With input at hand it has made other versions before it hears of one. */
  @Test
  void aVersionBehindTheNewestIsMissedUntilAWholeOneFollows() {
    producers = List.of(status(2, "3"), status(2, "4"));
    assertThat(due(5)).as("the next one comes anyway").isFalse();
    assertThat(whole).isEqualTo(1);
    anchor = 6;
    nanos += TimeUnit.HOURS.toNanos(2);
    assertThat(due(6)).isFalse();
    assertThat(whole).as("a whole one is there to be read").isEqualTo(1);
  }

  @Test
  void reportsOfOtherVersionsAndWhatIsNoVersionAreNothing() {
    anchor = 3;
    producers = List.of(status(2, "2"), status(2, "4"), status(2, "x"), status(2, null));
    assertThat(due(3)).isFalse();
    producers = List.of();
    assertThat(due(3)).isFalse();
    assertThat(whole).isZero();
  }

  /** As for one that would refuse whatever is published. */
  @Test
  void asksThatNoAnswerHelpsAreAnsweredMoreAndMoreSeldom() {
    long version = 0;
    long day = Duration.ofDays(1).toSeconds();
    for (long second = 0; second < day; second++) {
      producers = List.of(status(-1, Long.toString(version)));
      version += due(version) ? 1 : 0;
    }
    assertThat(version).isBetween(25L, 35L);

    producers = List.of(status(version, null));
    assertThat(due(version)).isFalse();
    nanos += Duration.ofHours(1).toNanos();
    for (int second = 0; second < 65; second++) {
      producers = List.of(status(-1, Long.toString(version)));
      version += due(version) ? 1 : 0;
    }
    assertThat(version).as("soon again, once somebody could read one").isBetween(28L, 37L);
  }
}
