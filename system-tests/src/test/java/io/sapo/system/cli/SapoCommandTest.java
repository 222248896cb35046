package io.sapo.system.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import io.sapo.broker.EmbeddedBroker;
import io.sapo.fixtures.TinyCheckpoint;
import io.sapo.policy.adapter.AdapterBase;
import io.sapo.policy.adapter.AdapterWriter;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.layout.AdapterConfig;
import io.sapo.policy.layout.Head;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.network.Weights;
import io.sapo.policy.tensor.ElementType;
import io.sapo.standalone.cli.SapoCommand;
import io.sapo.standalone.folder.RunFolder;
import io.sapo.system.cli.CommandLineRunner.Outcome;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class SapoCommandTest {
  private final CommandLineRunner sapo = CommandLineRunner.plain();

  @TempDir Path folder;

  static List<String> everyCommand() {
    List<String> paths = new ArrayList<>();
    collect(SapoCommand.create(CommandLineRunner.plain().surroundings()), "", paths);
    return paths;
  }

  private static void collect(CommandLine line, String path, List<String> paths) {
    paths.add(path.strip());
    line.getSubcommands().forEach((name, sub) -> collect(sub, path + " " + name, paths));
  }

  @ParameterizedTest
  @MethodSource("everyCommand")
  void everyCommandHasHelp(String path) {
    Outcome outcome = sapo.run((path + " --help").strip().split(" "));
    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.out()).contains("Usage: sapo " + path);
    assertThat(outcome.err()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "confg", "config", "config print --jsn", "topics list --data", "doctor extra"})
  void wrongUsageIsTwoWithAHint(String arguments) {
    Outcome outcome = sapo.run(arguments.isEmpty() ? new String[0] : arguments.split(" "));
    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.err()).startsWith("sapo: ").contains("--help").doesNotContain("\tat ");
    assertThat(outcome.out()).isEmpty();
  }

  @Test
  void wrongConfigurationIsTwoAndNamesTheKey() {
    Outcome outcome = sapo.run("config", "print", "--set", "run.seed=x");
    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.err()).contains("run.seed = 'x'").doesNotContain("\tat ");
  }

  /** As train will have it; one thread is what the shipped checkpoint begins with. */
  @Test
  void aCheckpointOfOnesOwnIsShownWithAllProcessors() throws IOException {
    Path checkpoint = TinyCheckpoint.write(folder.resolve("model"));
    assertThat(sapo.run("config", "print", "--checkpoint", checkpoint.toString()).out())
        .contains("threads: " + Runtime.getRuntime().availableProcessors() + " ")
        .contains("fits the machine: its processors");
    assertThat(sapo.run("config", "print").out()).doesNotContain("fits the machine");
  }

  @Test
  void stackTracesComeOnlyWhenAskedFor() {
    Outcome outcome = sapo.run("config", "print", "--verbose", "--set", "run.seed=x");
    assertThat(outcome.err()).contains("\tat ");
  }

  @Test
  void unreachableBrokersAreOneMessage() throws Exception {
    try (ServerSocket deaf = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String address = "127.0.0.1:" + deaf.getLocalPort();
      Outcome outcome =
          sapo.run(
              "topics",
              "list",
              "--bootstrap-servers",
              address,
              "--set",
              "kafka.client.default.api.timeout.ms=1500",
              "--set",
              "kafka.client.request.timeout.ms=1000");
      assertThat(outcome.exitCode()).as("started again it may go on").isEqualTo(4);
      assertThat(outcome.err()).contains(address, "no answer").doesNotContain("\tat ");
    }
  }

  @Test
  void aFolderWithoutARunIsNamed() {
    Outcome outcome = sapo.run("topics", "list", "--data", folder.toString());
    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.err()).contains(folder.toString(), "no run");
  }

  /** Before it looks for brokers. */
  @ParameterizedTest
  @CsvSource({"grpo, true", "sapo, false"})
  void aGatewayWarnsWhereConversationsHaveNoBaseline(String algorithm, boolean warns)
      throws IOException {
    Outcome outcome =
        sapo.run(
            "gateway",
            "--data",
            folder.resolve("gateway").toString(),
            "--checkpoint",
            TinyCheckpoint.write(folder.resolve("tiny")).toString(),
            "--set",
            "algorithm=" + algorithm);
    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.err()).contains("--bootstrap-servers");
    assertThat(outcome.err().contains("algorithm is grpo, which measures a response against"))
        .isEqualTo(warns);
  }

  @Test
  void topicsAreCreatedListedAndChecked() throws Exception {
    new RunFolder(folder).keepSettings("kafka.topic-prefix: mine.\n");
    try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("broker"), 0)) {
      new RunFolder(folder).announce(broker.bootstrapServers());
      String data = folder.toString();
      assertThat(sapo.run("topics", "check", "--data", data).exitCode()).isEqualTo(1);
      assertThat(sapo.run("topics", "create", "--data", data))
          .isEqualTo(new Outcome(0, "all topics are as they should be\n", ""));
      assertThat(sapo.run("topics", "check", "--data", data).exitCode()).isZero();
      assertThat(sapo.run("topics", "list", "--json", "--data", data).out())
          .contains("\"topic\" : \"mine.segments\"")
          .doesNotContain("\"present\" : false");
    }
  }

  @Test
  void doctorNamesWhatIsMissing() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Path absent = folder.resolve("absent");
      Outcome outcome =
          sapo.run(
              "doctor",
              "--checkpoint",
              absent.toString(),
              "--set",
              "broker.port=" + taken.getLocalPort());
      assertThat(outcome.exitCode()).isEqualTo(1);
      assertThat(outcome.out())
          .contains("ok       native library  libtorch 2")
          .containsPattern("(ok|warning)\\s+open files\\s+up to \\d+")
          .containsPattern("ok       retention       an update made today can be replayed until")
          .contains("failed   checkpoint      " + absent)
          .contains("port " + taken.getLocalPort() + " is in use");
      assertThat(Files.exists(absent)).isFalse();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "num_hidden_layers | 1 | model.layers.1.",
        "intermediate_size | 30 | model.layers.0.mlp.gate_proj.weight",
        "vocab_size | 1000000 | model.embed_tokens.weight",
        "vocab_size | 3 | vocabulary of 3",
        "window_size | 1 | window_size",
      })
  void doctorHoldsACheckpointsPartsAgainstEachOther(String key, int changed, String named)
      throws IOException {
    Path checkpoint = TinyCheckpoint.write(folder.resolve("model"));
    assertThat(checkpointLine(checkpoint)).startsWith("ok");
    Path config = checkpoint.resolve("config.json");
    String json = Files.readString(config);
    Files.writeString(config, json.replaceFirst("(\"" + key + "\"\\s*:\\s*)\\d+", "$1" + changed));
    assertThat(checkpointLine(checkpoint)).startsWith("failed").contains(named);
  }

  @Test
  void doctorReadsTheWeights() throws IOException {
    Path checkpoint = TinyCheckpoint.write(folder.resolve("model"));
    try (FileChannel weights =
        FileChannel.open(checkpoint.resolve("model.safetensors"), StandardOpenOption.WRITE)) {
      byte[] infinity = {0, 0, (byte) 0x80, 0x7f};
      weights.write(ByteBuffer.wrap(infinity), weights.size() - 3 * infinity.length);
    }
    assertThat(checkpointLine(checkpoint)).startsWith("failed").contains("is NaN or infinite");
  }

  /** The shipped language model's critic, as it begins by itself, and others. */
  @Test
  void doctorHoldsACriticAgainstTheCheckpoint() throws IOException {
    Path policy = Path.of("../checkpoints/chain");
    CheckpointFolder model = CheckpointFolder.open(policy);
    Path critic = folder.resolve("critic");
    try (Weights actor = Weights.read(model, Head.LANGUAGE_MODEL, Device.cpu());
        Weights weights = Weights.criticFrom(actor)) {
      CheckpointFolder.write(critic, model.companions(), weights.tensors(), ElementType.F32);
    }
    assertThat(criticLine(policy, critic, "sapo")).startsWith("ok").contains("fits");
    assertThat(criticLine(policy, critic, "grpo")).startsWith("failed").contains("has none");
    assertThat(criticLine(policy, policy, "sapo")).startsWith("failed").contains("score.weight");
    try (FileChannel weights =
        FileChannel.open(critic.resolve("model.safetensors"), StandardOpenOption.WRITE)) {
      byte[] infinity = {0, 0, (byte) 0x80, 0x7f};
      weights.write(ByteBuffer.wrap(infinity), weights.size() - infinity.length);
    }
    assertThat(criticLine(policy, critic, "sapo")).startsWith("failed").contains("infinite");
  }

  /** What is set of adapters is as they say themselves, unless it is said otherwise. */
  @Test
  void doctorHoldsAdaptersAgainstTheCheckpoint() throws IOException {
    Path policy = Path.of("../checkpoints/chain");
    CheckpointFolder model = CheckpointFolder.open(policy);
    Path adapter = folder.resolve("adapter");
    AdapterConfig config = new AdapterConfig(2, 4, false, List.of("q_proj"), false);
    try (BaseModel base = BaseModel.adapted(model, model.config(), config, Device.cpu());
        Weights weights = Weights.random(base, Head.LANGUAGE_MODEL, 1)) {
      AdapterWriter.write(
          adapter, AdapterBase.named(".."), model.config(), config, Map.of(), weights.tensors());
    }
    assertThat(adapterLine(policy, adapter)).startsWith("ok").contains("fits the checkpoint");
    assertThat(adapterLine(policy, adapter, "model.adapter-rank=8"))
        .startsWith("failed")
        .contains("holds adapters of rank 2", "rank 8");
    assertThat(adapterLine(Path.of("../checkpoints/figures"), adapter)).startsWith("failed");
    assertThat(adapterLine(policy, folder.resolve("absent")))
        .startsWith("failed")
        .contains("there is no adapter; name a folder that holds adapter_config.json");
    Path file = adapter.resolve("adapter_model.safetensors");
    try (FileChannel weights = FileChannel.open(file, StandardOpenOption.WRITE)) {
      byte[] infinity = {0, 0, (byte) 0x80, 0x7f};
      weights.write(ByteBuffer.wrap(infinity), weights.size() - infinity.length);
    }
    assertThat(adapterLine(policy, adapter)).startsWith("failed").contains("infinite");
    Files.delete(file);
    assertThat(adapterLine(policy, adapter)).startsWith("failed").contains(file.toString());
  }

  @Test
  void doctorReadsAndJudgesTasks() throws IOException {
    TinyCheckpoint.write(folder.resolve("model"));
    String row = "{\"prompt\": \"1 + 1?\", \"answer\": \"2\", \"verifier\": \"%s\"}\n";
    Path good = Files.writeString(folder.resolve("good.jsonl"), row.formatted("exact").repeat(3));
    Path other = Files.writeString(folder.resolve("other.jsonl"), row.formatted("exakt").repeat(3));
    Path some =
        Files.writeString(
            folder.resolve("some.jsonl"),
            row.formatted("exact") + "no task\n".repeat(30) + row.formatted("exact"));
    Path none =
        Files.writeString(
            folder.resolve("none.jsonl"),
            row.formatted("exact") + "{\"prompt\": \"1\"}\n".repeat(5));
    assertThat(tasksLine(" tasks ", good, good)).startsWith("ok");
    assertThat(tasksLine(" tasks ", other, good))
        .startsWith("failed")
        .contains("whose verifier is exakt, which is none here; known are boxed-math");
    assertThat(tasksLine(" tasks ", some, good)).startsWith("warning").contains("dead letters");
    assertThat(line(" held-out ", "--tasks", good.toString(), "--set", "tasks.held-out=absent"))
        .startsWith("failed")
        .contains("tasks 'absent': no such file or folder");
    assertThat(tasksLine(" held-out ", good, other)).startsWith("failed").contains("exakt");
    assertThat(line(" held-out ", "--tasks", none.toString()))
        .startsWith("failed")
        .contains("there is no readable task");
    assertThat(line(" held-out ", "--tasks", "topic"))
        .startsWith("warning")
        .contains("name tasks for evaluation with tasks.held-out");
  }

  private String tasksLine(String part, Path train, Path heldOut) {
    return line(
        part,
        "--checkpoint",
        folder.resolve("model").toString(),
        "--tasks",
        train.toString(),
        "--set",
        "tasks.held-out=" + heldOut);
  }

  private String adapterLine(Path policy, Path adapter, String... settings) {
    List<String> arguments =
        new ArrayList<>(
            List.of("--checkpoint", policy.toString(), "--set", "model.adapter=" + adapter));
    for (String setting : settings) {
      arguments.addAll(List.of("--set", setting));
    }
    return line(" adapter ", arguments.toArray(String[]::new));
  }

  private String criticLine(Path policy, Path critic, String algorithm) {
    return line(
        " critic ",
        "--checkpoint",
        policy.toString(),
        "--set",
        "learner.critic.checkpoint=" + critic,
        "--set",
        "algorithm=" + algorithm);
  }

  private String checkpointLine(Path checkpoint) {
    return line(" checkpoint ", "--checkpoint", checkpoint.toString());
  }

  /** What doctor says of a part. */
  private String line(String part, String... more) {
    List<String> arguments = new ArrayList<>(List.of("doctor", "--set", "broker.port=0"));
    arguments.addAll(List.of(more));
    return sapo.run(arguments.toArray(String[]::new))
        .out()
        .lines()
        .filter(line -> line.contains(part))
        .findFirst()
        .orElseThrow();
  }
}
