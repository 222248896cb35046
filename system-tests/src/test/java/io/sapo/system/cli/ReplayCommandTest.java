package io.sapo.system.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sapo.broker.EmbeddedBroker;
import io.sapo.command.ExitCodes;
import io.sapo.fixtures.RecordedRun;
import io.sapo.schemas.PackedArrays;
import io.sapo.schemas.RecordCodec;
import io.sapo.schemas.SegmentedTrajectory;
import io.sapo.schemas.WeightVersion;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Replays of a recorded run, from the command line. */
class ReplayCommandTest {
  @TempDir static Path folder;
  private static EmbeddedBroker broker;
  private static RecordedRun run;

  @BeforeAll
  static void train() throws Exception {
    broker = EmbeddedBroker.start(folder.resolve("broker"), 0);
    run = RecordedRun.train(Map.of("bootstrap.servers", broker.bootstrapServers()), folder);
    Files.writeString(folder.resolve("config.yaml"), "learner.critic.checkpoint: /gone/by/now\n");
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  private static CommandLineRunner.Outcome sapo(String prefix, String command, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                command,
                "--data",
                folder.toString(),
                "--bootstrap-servers",
                broker.bootstrapServers(),
                "--set",
                "kafka.topic-prefix=" + prefix));
    arguments.addAll(List.of(more));
    return CommandLineRunner.plain().run(arguments.toArray(String[]::new));
  }

  private static CommandLineRunner.Outcome replay(String... more) {
    return sapo("run.", "replay", more);
  }

  @Test
  void everyVersionIsBitExact() {
    CommandLineRunner.Outcome outcome = replay();
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.out()).contains("6 of 6 versions bit-exact");
    assertThat(outcome.exitCode()).isZero();
  }

  @Test
  void anExportSaysWhichVersionItIsAndWhere() {
    Path newest = folder.resolve("newest");
    CommandLineRunner.Outcome outcome = export("--to", newest.toString());
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.out().lines())
        .hasSize(2)
        .startsWith("version 6: model in " + newest)
        .last()
        .asString()
        .startsWith("the newest checkpoint's; the run's newest version may be some later");
    Path fourth = folder.resolve("fourth");
    assertThat(export("--to", fourth.toString(), "--version", "4", "--critic").out())
        .isEqualToIgnoringNewLines("version 4: critic's model in " + fourth);
    CommandLineRunner.Outcome absent = export("--to", folder + "/none", "--version", "5");
    assertThat(absent.exitCode()).isEqualTo(ExitCodes.USAGE);
    assertThat(absent.err()).contains("--version 5: has no checkpoint; there are [0, ");
  }

  private static CommandLineRunner.Outcome export(String... more) {
    List<String> arguments = new ArrayList<>(List.of("export", "--data", folder.toString()));
    arguments.addAll(List.of(more));
    return CommandLineRunner.plain().run(arguments.toArray(String[]::new));
  }

  @Test
  void auditOfTheSameRunIsClean() {
    CommandLineRunner.Outcome outcome = sapo("run.", "audit");
    assertThat(outcome.out()).contains("clean: every record is accounted for");
    assertThat(outcome.exitCode()).isZero();
  }

  @Test
  void alteredVersionIsNamedAndLaterOnesAreJudgedFromTheNextCheckpoint() throws Exception {
    RecordCodec<WeightVersion> codec = RecordCodec.of(WeightVersion.class);
    run.copy(
        "altered.",
        record -> {
          if (!record.topic().equals(run.topics().weights().name())) {
            return record.value();
          }
          WeightVersion version = codec.decode(record.value());
          if (version.getVersion() == 2) {
            version.setActorSha256("00");
          }
          return codec.encode(version);
        });
    CommandLineRunner.Outcome outcome = sapo("altered.", "replay", "--from", "2");
    assertThat(outcome.exitCode()).isEqualTo(ExitCodes.FAILED);
    assertThat(outcome.out())
        .contains("version 2: the actor was committed as 00")
        .contains("critic     agrees")
        .contains("no tensor that could be compared differs")
        .contains("version 3: not reached")
        .contains("version 5: bit-exact")
        .contains("2 of 5 versions bit-exact");
  }

  @Test
  void alteredInputGivesOtherWeightsTensorByTensor() throws Exception {
    RecordCodec<SegmentedTrajectory> codec = RecordCodec.of(SegmentedTrajectory.class);
    int[] records = new int[1];
    run.copy(
        "rewarded.",
        record -> {
          if (!record.topic().equals(run.topics().segments().name()) || records[0]++ != 20) {
            return record.value();
          }
          SegmentedTrajectory segmented = codec.decode(record.value());
          double[] rewards = PackedArrays.doubles(segmented.getSegmentRewards());
          rewards[rewards.length - 1] += 0.25;
          segmented.setSegmentRewards(PackedArrays.pack(rewards));
          return codec.encode(segmented);
        });
    CommandLineRunner.Outcome outcome = sapo("rewarded.", "replay", "--from", "2", "--to", "3");
    assertThat(outcome.exitCode()).isEqualTo(ExitCodes.FAILED);
    assertThat(outcome.out())
        .contains("version 2: bit-exact")
        .contains("version 3: the actor was committed as")
        .containsPattern(
            "actor model\\.norm\\.weight: \\d+ elements differ from the published ones")
        .contains("there is no checkpoint of this version")
        .contains("1 of 2 versions bit-exact");
  }

  /**
   * Commit records that promise no bits, and a reward that is off by a little: sums in another
   * order show like this.
   */
  @ParameterizedTest
  @CsvSource({"1e-7, true", "0.25, false"})
  void whereADeviceGivesOtherBitsReplaySaysHowClose(double change, boolean close) throws Exception {
    String prefix = "loose" + close + ".";
    RecordCodec<WeightVersion> versions = RecordCodec.of(WeightVersion.class);
    RecordCodec<SegmentedTrajectory> segments = RecordCodec.of(SegmentedTrajectory.class);
    int[] records = new int[1];
    run.copy(
        prefix,
        record -> {
          if (record.topic().equals(run.topics().weights().name())) {
            WeightVersion version = versions.decode(record.value());
            version.getEnvironment().setDeterministic(false);
            return versions.encode(version);
          }
          if (!record.topic().equals(run.topics().segments().name()) || records[0]++ != 20) {
            return record.value();
          }
          SegmentedTrajectory segmented = segments.decode(record.value());
          double[] rewards = PackedArrays.doubles(segmented.getSegmentRewards());
          rewards[rewards.length - 1] += change;
          segmented.setSegmentRewards(PackedArrays.pack(rewards));
          return segments.encode(segmented);
        });
    CommandLineRunner.Outcome outcome = sapo(prefix, "replay", "--from", "2");
    System.out.println(outcome.out());
    assertThat(outcome.out()).contains("version 2: bit-exact");
    if (close) {
      assertThat(outcome.out())
          .containsPattern("version 3: close: .* the actor lies [0-9.e-]+ % of what the updates")
          .contains("version 4: close")
          .contains("1 of 5 versions bit-exact, 4 close");
      assertThat(outcome.exitCode()).isZero();
    } else {
      assertThat(outcome.out())
          .contains("version 3: the actor was committed as")
          .contains("the device does not give the same bits each time")
          .contains("sums in another order account for 0.20 % at most");
      assertThat(outcome.exitCode()).isEqualTo(ExitCodes.FAILED);
    }
  }

  @Test
  void otherAlgorithmIsReportedBesideWhatWas() throws Exception {
    CommandLineRunner.Outcome outcome =
        replay("--from", "2", "--to", "3", "--set", "algorithm=ppo", "--json");
    assertThat(outcome.err()).isEmpty();
    JsonNode json = new ObjectMapper().readTree(outcome.out());
    assertThat(json.get("changed").toString()).contains("algorithm.algorithm");
    assertThat(json.get("versions")).hasSize(2);
    JsonNode first = json.get("versions").get(0);
    assertThat(first.get("sameWeights").asBoolean()).isFalse();
    assertThat(first.get("instead").get("reward").asDouble())
        .isEqualTo(first.get("recorded").get("reward").asDouble());
    assertThat(first.get("instead").get("policy_loss").asDouble())
        .isNotEqualTo(first.get("recorded").get("policy_loss").asDouble());
  }

  @Test
  void withoutACriticAndBack() {
    assertThat(replay("--version", "4", "--set", "algorithm=grpo").exitCode()).isZero();
  }

  @Test
  void cutAnewTheSameWayGivesTheSameWeights() {
    CommandLineRunner.Outcome outcome = replay("--version", "3", "--resegment");
    assertThat(outcome.out())
        .contains("the same weights, bit for bit")
        .contains("cut anew: 8 trajectories, 0 of them otherwise");
  }

  @Test
  void cutOtherwise() {
    CommandLineRunner.Outcome outcome =
        replay("--version", "3", "--set", "segmentation.top-k-percent=10");
    assertThat(outcome.out()).doesNotContain("the same weights").contains("cut anew: 8");
    assertThat(outcome.out()).doesNotContain(" 0 of them");
    assertThat(outcome.exitCode()).isZero();
  }

  @Test
  void whatCannotBeAsked() {
    assertThat(replay("--version", "9").err()).contains("there are 1 to 6");
    assertThat(replay("--version", "2", "--to", "3").exitCode()).isEqualTo(ExitCodes.USAGE);
    assertThat(replay("--set", "learner.batch-size=4").err()).contains("batches as recorded");
    assertThat(replay("--set", "learner.critic.checkpoint=mine").err()).contains("of version 0");
  }

  @ParameterizedTest
  @CsvSource({
    "learner.max-staleness=4, batches as recorded",
    "learner.dynamic-sampling=2, batches as recorded",
    "learner.max-sequence-tokens=9000, batches as recorded",
    "learner.overlong=penalty, rewards as recorded",
    "segmenter.reward.overlong-penalty=1, rewards as recorded",
    "segmenter.reward.format=0.5, rewards as recorded",
    "segmenter.numeric-tolerance=0.1, rewards as recorded",
    "tasks.verifier=exact, rewards as recorded",
  })
  void whatMadeBatchesAndRewardsCannotBeAskedOtherwise(String setting, String message) {
    CommandLineRunner.Outcome outcome =
        replay("--version", "2", "--set", "algorithm=grpo", "--set", setting);
    assertThat(outcome.err()).contains(setting.split("=")[0], message);
    assertThat(outcome.exitCode()).isEqualTo(ExitCodes.USAGE);
  }

  @Test
  void anAlgorithmWithoutGroupsMayBeToldThatNoneAreDropped() {
    CommandLineRunner.Outcome outcome =
        replay("--version", "2", "--set", "algorithm=ppo", "--set", "learner.dynamic-sampling=0");
    assertThat(outcome.exitCode()).as("%s", outcome).isZero();
  }

  /** A learner that corrects skips them: ratios to the likeliest tokens alone are biased. */
  @Test
  void correctionsNeedWhatWasSampledFromAllTokens() throws Exception {
    RecordCodec<WeightVersion> versions = RecordCodec.of(WeightVersion.class);
    RecordCodec<SegmentedTrajectory> segments = RecordCodec.of(SegmentedTrajectory.class);
    run.copy(
        "likeliest.",
        record -> {
          if (record.topic().equals(run.topics().weights().name())) {
            WeightVersion version = versions.decode(record.value());
            version.setConfig(version.getConfig().replace("\"TRUNCATE\"", "\"NONE\""));
            return versions.encode(version);
          }
          if (!record.topic().equals(run.topics().segments().name())) {
            return record.value();
          }
          SegmentedTrajectory segmented = segments.decode(record.value());
          segmented.getTrajectory().getSampling().setTopP(0.9);
          return segments.encode(segmented);
        });
    CommandLineRunner.Outcome outcome =
        sapo("likeliest.", "replay", "--version", "1", "--set", "learner.off-policy=icepop");
    assertThat(outcome.err()).contains("version 1 was trained on", "leave it at none");
    assertThat(outcome.exitCode()).isEqualTo(ExitCodes.FAILED);
    assertThat(
            sapo("likeliest.", "replay", "--version", "1", "--set", "learner.loss-kl=0.1")
                .exitCode())
        .isZero();
  }

  /** Its batches would have been others, and its rewards. */
  @Test
  void whatOfAnAlgorithmCannotBeShownIsSaid() throws Exception {
    CommandLineRunner.Outcome outcome = replay("--version", "2", "--set", "algorithm=dapo");
    assertThat(outcome.out())
        .contains("of these without effect: [algorithm.overlong, dynamicSampling];");
    assertThat(outcome.exitCode()).isZero();
    JsonNode other =
        new ObjectMapper()
            .readTree(replay("--version", "2", "--set", "algorithm=grpo", "--json").out());
    assertThat(other.get("without_effect")).isEmpty();
  }

  @Test
  void versionNamesItsTrajectories() throws Exception {
    CommandLineRunner.Outcome outcome = inspect("3", "--json");
    JsonNode json = new ObjectMapper().readTree(outcome.out());
    assertThat(json.get("trained").asInt()).isEqualTo(8);
    assertThat(json.get("inputs").get(0).get("staleness").asInt()).isEqualTo(2);
    assertThat(inspect("3").out()).contains(json.get("inputs").get(7).get("id").asText());
    assertThat(inspect("70").err()).contains("version 70 has not been committed");
    assertThat(inspect("70").exitCode()).isEqualTo(ExitCodes.FAILED);
  }

  private static CommandLineRunner.Outcome inspect(String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "inspect",
                "version",
                "--data",
                folder.toString(),
                "--bootstrap-servers",
                broker.bootstrapServers(),
                "--set",
                "kafka.topic-prefix=run."));
    arguments.addAll(List.of(more));
    return CommandLineRunner.plain().run(arguments.toArray(String[]::new));
  }

  @Test
  void aForkIsARunOfItsOwn() throws Exception {
    CommandLineRunner.Outcome outcome = replay("--version", "3", "--fork", "next", "--json");
    assertThat(outcome.err()).isEmpty();
    JsonNode fork = new ObjectMapper().readTree(outcome.out());
    assertThat(fork.get("parent_run").asText()).isEqualTo("a-run");
    assertThat(fork.get("topic_prefix").asText()).isEqualTo("run.next.");
    Path data = Path.of(fork.get("data").asText());
    assertThat(data.resolve("config.yaml")).content().doesNotContain("/gone/by/now");
    assertThat(forked(data, "audit").out()).contains("clean: every record is accounted for");

    run.goOn("run.next.", data.resolve("learner"), folder.resolve("fork-segmenter"), 5);
    assertThat(forked(data, "audit").out())
        .contains("clean: every record is accounted for")
        .contains("versions=3")
        .doesNotContain("note ");
    assertThat(forked(data, "replay").out()).contains("2 of 2 versions bit-exact");
    assertThat(forked(data, "inspect", "version", "3").out())
        .contains("forked from version 3 of run a-run (topics run.*)");
    assertThat(replay("--version", "3", "--fork", "next").err())
        .contains("holds versions up to 5 of run")
        .contains("choose another name");
    assertThat(replay("--version", "9", "--fork", "other").exitCode()).isEqualTo(ExitCodes.USAGE);
  }

  /** By the settings of its folder alone, but for the broker's address. */
  private static CommandLineRunner.Outcome forked(Path data, String... command) {
    List<String> arguments = new ArrayList<>(List.of(command));
    arguments.addAll(
        List.of("--data", data.toString(), "--bootstrap-servers", broker.bootstrapServers()));
    return CommandLineRunner.plain().run(arguments.toArray(String[]::new));
  }
}
