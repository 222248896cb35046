package io.sapo.torture;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.fixtures.TinyCheckpoint;
import io.sapo.learner.fault.FaultPoint;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.standalone.run.RoleKind;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real processes, really killed; {@code sapo torture --kills N} does it at length. */
class TortureTest {
  private static final List<Fault> BLOWS =
      List.of(
          new Fault(Fault.Kind.AT_POINT, RoleKind.LEARNER, FaultPoint.OFFSETS_SENT, 3_000),
          new Fault(Fault.Kind.KILL, RoleKind.SEGMENTER, null, 100_000),
          new Fault(Fault.Kind.ZOMBIE, RoleKind.LEARNER, null, 0),
          new Fault(Fault.Kind.SUSPENDED, null, null, 12_000_000));

  @TempDir Path folder;

  @Test
  void nothingComesOfAFewKills() throws Exception {
    StringWriter told = new StringWriter();
    Path work = Files.createDirectory(folder.resolve("work"));
    CheckpointFolder tiny = CheckpointFolder.open(TinyCheckpoint.write(folder.resolve("tiny")));
    List<RoundReport> rounds = new Torture(work, tiny, new PrintWriter(told)).run(BLOWS, 11);
    assertThat(rounds).as(told.toString()).hasSize(1);
    RoundReport round = rounds.get(0);
    assertThat(round.kills()).isEqualTo(2);
    assertThat(round.audits()).isEqualTo(5);
    assertThat(round.versions()).isPositive();
    assertThat(round.hostile()).isPositive();
    assertThat(round.gaveUp()).as(told.toString()).isEmpty();
    assertThat(work).as("a round that went well leaves nothing").isEmptyDirectory();
  }

  @Test
  void everyPointAndEveryRoleIsHitAlike() {
    List<Fault> plan = Fault.plan(260, 5);
    assertThat(plan).isEqualTo(Fault.plan(260, 5)).isNotEqualTo(Fault.plan(260, 6));
    assertThat(plan.stream().filter(Fault::kills).count()).isEqualTo(260);
    var byLabel = plan.stream().collect(Collectors.groupingBy(Fault::label, Collectors.counting()));
    for (FaultPoint point : FaultPoint.values()) {
      assertThat(byLabel.get("learner at " + point)).isEqualTo(20);
    }
    for (RoleKind role :
        List.of(RoleKind.BROKER, RoleKind.PRODUCER, RoleKind.SEGMENTER, RoleKind.LEARNER)) {
      assertThat(byLabel.get(role.label() + " at random")).isEqualTo(20);
    }
    for (String suspended : List.of("broker", "producer", "segmenter", "everything")) {
      assertThat(byLabel.get(suspended + " suspended")).isBetween(19L, 20L);
    }
  }
}
