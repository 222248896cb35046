package io.sapo.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigLoaderTest {
  @TempDir Path folder;

  @Test
  void everyKeyHasADocumentedDefaultAndEveryDefaultARule() {
    assertThat(ConfigLoader.defaults().keySet())
        .containsExactlyInAnyOrderElementsOf(ConfigKeys.rules().keySet());
  }

  /** What a file says is said back in part only, and soon. */
  @Test
  void filesThatAreNoConfiguration() throws Exception {
    Path file = folder.resolve("x.yaml");
    Files.writeString(file, "run: &a\n  seed: 3\nlearner: *a\n");
    finds(file, file + ": has the alias *a in line 3");
    Files.writeString(file, "run: {seed: 3}\n---\nrun: {seed: 4}\n");
    finds(file, "one document");
    Files.writeString(file, "run: {seed: 3, seed: 4}\n");
    finds(file, "Duplicate field 'seed'");
    Files.writeString(file, "x".repeat(2 << 20));
    finds(file, file + ": has more than the 1048576 bytes that are taken");
    finds(Path.of("/dev/zero"), "/dev/zero: has more than the 1048576 bytes that are taken");
    Files.writeString(file, "run: {seed: " + "9".repeat(1_000_000) + "}\n");
    finds(file, "has a value of more than 65536 characters in line 1");
    Files.writeString(file, "run: {seed: " + "9".repeat(60_000) + "}\n");
    finds(file, "run.seed = '999");
    Files.writeString(file, "? " + "s".repeat(60_000) + "\n: 1\n");
    finds(file, "sss");
    Files.writeString(file, "{a: ".repeat(900) + "1" + "}".repeat(900));
    finds(file, "x.yaml: has a key of more than 512 characters");
    StringBuilder keys = new StringBuilder("run:\n");
    for (int i = 0; i < 50_000; i++) {
      keys.append("  sede").append(i).append(": 1\n");
    }
    Files.writeString(file, keys);
    finds(file, "did you mean run.seed?", "and 49950 more");
  }

  private static void finds(Path file, String... expected) {
    assertThatThrownBy(() -> new ConfigLoader().file(file).load())
        .isInstanceOf(ConfigException.class)
        .message()
        .contains(expected)
        .hasSizeLessThan(10_000);
  }

  @Test
  void everyDefaultKeepsItsOwnRule() {
    Settings settings = new ConfigLoader().load();
    assertThat(settings.values().values())
        .allSatisfy(value -> assertThat(value.origin()).isEqualTo(Origin.DEFAULTS));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "run.seed=-1        | run.seed = '-1' (--set): must be a whole number from 0",
        "run.seed=1.5       | run.seed = '1.5' (--set): must be a whole number",
        "broker.port=70000  | must be a whole number from 0 to 65535",
        "broker.port=       | broker.port = '' (--set): must be",
        "run.sede=1         | run.sede (--set): unknown key; did you mean run.seed?",
        "seed=1             | unknown key; did you mean run.seed?",
        "zzzzzzzz.qqqqqq=1  | unknown key; sapo config print lists all",
        "kafka.bootstrap-servers=here | must be HOST:PORT",
        "kafka.topic-prefix=a b | must be 1 to 100 letters",
        "nonsense           | --set nonsense: must be KEY=VALUE",
      })
  void mistakesAreNamedWithKeyValueSourceAndWhatIsAllowed(String assignment, String message) {
    assertThatThrownBy(() -> new ConfigLoader().set(assignment).load())
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(message);
  }

  @Test
  void allMistakesOfAllSourcesComeAtOnce() throws Exception {
    Path file = Files.writeString(folder.resolve("x.yaml"), "run:\n  seed: many\n  speed: 3\n");
    ConfigLoader loader =
        new ConfigLoader()
            .file(file)
            .file(folder.resolve("absent.yaml"))
            .environment(Map.of("SAPO_BROKER_PORT", "x", "SAPO_BROKER_PROT", "1"))
            .set("run.updates=-1");
    assertThatThrownBy(loader::load)
        .asInstanceOf(type(ConfigException.class))
        .extracting(ConfigException::findings)
        .asString()
        .contains(
            "run.speed (file " + file,
            "absent.yaml: no such file",
            "SAPO_BROKER_PROT stands for no key; did you mean SAPO_BROKER_PORT?",
            "run.seed = 'many'",
            "broker.port = 'x' (environment variable SAPO_BROKER_PORT)",
            "run.updates = '-1'");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "run: [        | line",
        "just text     | must hold sections",
        "'run: {seed: 1, seed: 2}' | Duplicate",
      })
  void damagedFilesAreNamed(String yaml, String message) throws Exception {
    Path file = Files.writeString(folder.resolve("x.yaml"), yaml);
    assertThatThrownBy(() -> new ConfigLoader().file(file).load())
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining(message);
  }

  @Test
  void whatKubernetesSaysOfServicesIsNoSetting() {
    Map<String, String> links = new HashMap<>();
    for (String name : List.of("SAPO_ADMIN", "SAPO_BROKER", "SAPO", "SAPO_KAFKA_CLIENT")) {
      links.put(name + "_SERVICE_HOST", "10.0.0.7");
      links.put(name + "_SERVICE_PORT", "8080");
      links.put(name + "_SERVICE_PORT_HTTP", "8080");
      links.put(name + "_PORT", "tcp://10.0.0.7:8080");
      links.put(name + "_PORT_8080_TCP", "tcp://10.0.0.7:8080");
      links.put(name + "_PORT_8080_TCP_PROTO", "tcp");
      links.put(name + "_PORT_8080_TCP_PORT", "8080");
      links.put(name + "_PORT_8080_TCP_ADDR", "10.0.0.7");
    }
    Settings settings = new ConfigLoader().environment(links).load();
    assertThat(settings.integer("admin.port")).isZero();
    assertThat(settings.free("kafka.client")).isEmpty();

    links.put("SAPO_ADMIN_PORT", "8081");
    assertThat(new ConfigLoader().environment(links).load().integer("admin.port")).isEqualTo(8081);
    links.put("SAPO_ADMIN_PORT", "tcp:8081");
    assertThatThrownBy(() -> new ConfigLoader().environment(links).load())
        .hasMessageContaining("admin.port = 'tcp:8081'");
  }

  @Test
  void laterSourcesWinAndOriginsAreKept() throws Exception {
    Path run = Files.writeString(folder.resolve("run.yaml"), "run.seed: 2\nrun.updates: 2\n");
    Path file =
        Files.writeString(
            folder.resolve("f.yaml"), "run:\n  seed: 3\n  updates: 3\nbroker:\n  port: 3\n");
    Settings settings =
        new ConfigLoader()
            .run(run)
            .file(file)
            .environment(Map.of("SAPO_RUN_SEED", "4", "SAPO_BROKER_PORT", "4", "PATH", "/bin"))
            .flag("--seed", "run.seed", "5")
            .load();
    assertThat(settings.wide("run.seed")).isEqualTo(5);
    assertThat(settings.origin("run.seed").label()).isEqualTo("--seed");
    assertThat(settings.integer("broker.port")).isEqualTo(4);
    assertThat(settings.integer("run.updates")).isEqualTo(3);
    assertThat(settings.origin("run.updates").layer()).isEqualTo(Origin.Layer.FILE);
  }

  @Test
  void clientPropertiesPassThroughFromEverySource() throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("f.yaml"), "kafka:\n  client:\n    security.protocol: SSL\n");
    Settings settings =
        new ConfigLoader()
            .file(file)
            .environment(Map.of("SAPO_KAFKA_CLIENT_SSL_KEY_PASSWORD", "hush"))
            .set("kafka.client.client.rack=a=b")
            .load();
    assertThat(settings.free("kafka.client"))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of("security.protocol", "SSL", "ssl.key.password", "hush", "client.rack", "a=b"));
  }

  @Test
  void secretsAreNeverPrinted() {
    Settings settings =
        new ConfigLoader()
            .set("kafka.client.ssl.key.password=hush")
            .set("kafka.client.sasl.jaas.config=hush")
            .load();
    assertThat(
            ConfigReport.yaml(settings)
                + ConfigReport.json(settings)
                + ConfigReport.changed(settings))
        .doesNotContain("hush")
        .contains("(hidden)");
  }

  @Test
  void whatIsPrintedGivesTheSameConfigurationWhenReadAgain() throws Exception {
    Settings settings =
        new ConfigLoader().set("run.seed=7").set("kafka.client.client.rack=\"a\\b\"").load();
    Path printed = Files.writeString(folder.resolve("p.yaml"), ConfigReport.yaml(settings));
    Path changed = Files.writeString(folder.resolve("c.yaml"), ConfigReport.changed(settings));
    assertThat(new ConfigLoader().file(printed).load().digest()).isEqualTo(settings.digest());
    assertThat(new ConfigLoader().run(changed).load().digest()).isEqualTo(settings.digest());
    assertThat(new ConfigLoader().load().digest()).isNotEqualTo(settings.digest());
  }

  /** Words and numbers that YAML would read as something else. */
  @ParameterizedTest
  @ValueSource(
      strings = {"off", "no", "null", "0123", "3.10", "1_000", "0x1f", "1:30", "true", "a b"})
  void anyTextIsKeptAsItIs(String text) throws Exception {
    Settings settings = new ConfigLoader().set("kafka.client.client.rack=" + text).load();
    for (String yaml : List.of(ConfigReport.yaml(settings), ConfigReport.changed(settings))) {
      Path kept = Files.writeString(folder.resolve("kept.yaml"), yaml);
      assertThat(new ConfigLoader().run(kept).load().digest()).isEqualTo(settings.digest());
    }
  }

  @Test
  void aSettingThatIsCalledOffNeedsNoQuotes() throws Exception {
    Path file = Files.writeString(folder.resolve("off.yaml"), "learner:\n  off-policy: off\n");
    assertThat(new ConfigLoader().file(file).load().digest())
        .isEqualTo(new ConfigLoader().set("learner.off-policy=off").load().digest());
  }
}
