package io.sapo.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What documents show of other tools could work: the files, modules, services, resources and
 * options that a command names are there. Nothing is installed or started.
 */
class ShellCommandsTest {
  private static final Path HOME = Path.of("..");
  private static final Set<String> PHASES =
      Set.of("clean", "validate", "compile", "test-compile", "test", "package", "verify");
  private static final Pattern PYTHON = Pattern.compile("```python\\n(.*?)```", Pattern.DOTALL);

  /** Stands for what the reader fills in. */
  private static final Pattern PLACEHOLDER = Pattern.compile("[A-Z]+|…");

  static List<ShellCommand> commands() throws IOException {
    List<ShellCommand> all = new ArrayList<>();
    for (Path document : DocumentsTest.documents()) {
      all.addAll(ShellCommand.of(document));
    }
    return all;
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyCommandCouldWork(ShellCommand shown) throws IOException {
    check(shown);
  }

  /** Prompts and responses as long as a command allows them fit the server that its page starts. */
  @Test
  void shownServersTakeWhatShownRunsSend() throws IOException {
    int compared = 0;
    for (Path document : DocumentsTest.documents()) {
      List<String> lengths =
          ShellCommand.of(document).stream()
              .filter(shown -> shown.tool().equals("vllm"))
              .flatMap(shown -> shown.values("--max-model-len").stream())
              .toList();
      for (ShownCommand shown : ShownCommand.of(document)) {
        if (shown.whole() && shown.words().contains("producer.engine=vllm")) {
          int longest =
              set(shown, "model.max-prompt-tokens", 1024)
                  + set(shown, "model.max-new-tokens", 2048);
          assertThat(lengths).as("%s", document).isNotEmpty();
          assertThat(lengths)
              .as("%s", shown)
              .allMatch(length -> Integer.parseInt(length) >= longest);
          compared++;
        }
      }
    }
    assertThat(compared).isGreaterThanOrEqualTo(3);
  }

  /** What a command sets a key to, otherwise what is chosen for a model with room for it. */
  private static int set(ShownCommand shown, String key, int otherwise) {
    return shown.words().stream()
        .filter(word -> word.startsWith(key + "="))
        .mapToInt(word -> Integer.parseInt(word.substring(key.length() + 1)))
        .findFirst()
        .orElse(otherwise);
  }

  @Test
  void commandsOfEveryToolAreFound() throws IOException {
    assertThat(commands().stream().map(ShellCommand::tool))
        .contains("mvn", "pip", "python3", "docker", "kubectl", "vllm", "aws", "docker/build")
        .contains("hf", "curl");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mvn -B verfy",
        "mvn -pl nowhere test",
        "mvn nothing:apply",
        "mvn test -Dtest=NoSuchTest",
        "mvn package -P none",
        "pip install -r none.txt",
        "~/pytorch/bin/pip install torch==1.0",
        "python3 examples/python/none.py",
        "python3 examples/python/worker.py --none 1",
        "docker/none",
        "docker/build --none",
        "docker compose -f docker/none.yaml up -d",
        "docker compose -f docker/compose.yaml --profile none up -d",
        "docker compose -f docker/compose.yaml logs -f none",
        "docker compose -f docker/compose.yaml run --rm --entrypoint /none learner audit",
        "kubectl apply -k kubernetes/overlays/none",
        "kubectl -n sapo port-forward service/none 8080",
        "kubectl -n sapo create secret generic none",
        "kubectl scale deployment none --replicas 8",
        "export NOBODY_READS_THIS=1",
        "curl http://127.0.0.1",
        "curl http://127.0.0.1:8080/nothing",
        "curl -o file http://example.org/file",
        "hf upload somebody/something",
        "sudo none"
      })
  void whatCannotWorkIsFound(String line) {
    ShellCommand shown = ShellCommand.commands("a page", line).get(0);
    assertThatThrownBy(() -> check(shown)).isInstanceOf(AssertionError.class);
  }

  private static void check(ShellCommand shown) throws IOException {
    switch (shown.tool()) {
      case "mvn" -> maven(shown);
      case "pip" -> pip(shown);
      case "python3" -> python(shown);
      case "docker" -> compose(shown);
      case "kubectl" -> kubectl(shown);
      case "export" -> exported(shown);
      // Needs a server: RealServerTest tries what a server of the documented flags answers.
      case "vllm" -> assertThat(shown.words()).startsWith("vllm", "serve");
      // Needs the network.
      case "hf" -> assertThat(shown.words()).startsWith("hf", "download").contains("--local-dir");
      case "curl" -> curl(shown);
      // ObjectStoreBackupTest runs the commands of this page.
      case "aws" -> assertThat(shown.place()).contains("backup.md");
      default -> script(shown);
    }
  }

  private static void maven(ShellCommand shown) throws IOException {
    String pom = read("pom.xml");
    List<String> words = shown.arguments();
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      String next = i + 1 < words.size() ? words.get(i + 1) : "";
      if (word.equals("-pl")) {
        assertThat(pom + "<module>MODULE</module>").contains("<module>" + next + "</module>");
        i++;
      } else if (word.equals("-P")) {
        assertThat(next.split(","))
            .allMatch(profile -> mentions(HOME.resolve("distribution/pom.xml"), id(profile)));
        i++;
      } else if (word.startsWith("-Dtest=")) {
        test(word.substring("-Dtest=".length()));
      } else if (word.matches("[a-z]+:[a-z-]+")) {
        assertThat(pom).contains("<artifactId>" + word.split(":")[0] + "-maven-plugin");
      } else if (!word.startsWith("-")) {
        assertThat(PHASES).contains(word);
      }
    }
  }

  private static String id(String profile) {
    return "<id>" + profile + "</id>";
  }

  private static void test(String name) throws IOException {
    String type = name.replaceFirst("#.*", "");
    if (PLACEHOLDER.matcher(type).matches()) {
      return;
    }
    try (Stream<Path> files = Files.walk(HOME)) {
      assertThat(files).as(name).anyMatch(file -> file.endsWith(type + ".java"));
    }
  }

  private static void pip(ShellCommand shown) throws IOException {
    assertThat(shown.arguments()).startsWith("install");
    for (String file : shown.values("-r")) {
      assertThat(Files.readAllLines(HOME.resolve(exists(file))))
          .allMatch(line -> line.isBlank() || line.matches("#.*|[\\w.-]+[ =<>~!\\d.,]*"));
    }
    for (String word : shown.arguments()) {
      if (word.startsWith("torch==")) {
        assertThat(read("pom.xml"))
            .contains("<libtorch.version>" + word.substring("torch==".length()) + "<");
      }
    }
  }

  private static void python(ShellCommand shown) throws IOException {
    String file = shown.arguments().get(0);
    if (file.equals("-m")) {
      assertThat(shown.arguments().get(1)).isEqualTo("venv");
    } else {
      options(shown, HOME.resolve(exists(file)));
    }
  }

  /** The source of a script has each of the options. */
  private static void options(ShellCommand shown, Path script) {
    for (String word : shown.arguments()) {
      assertThat(!word.startsWith("--") || mentions(script, word)).as(word).isTrue();
    }
  }

  /** A file of somebody else's, by https, or a path that the admin endpoint serves. */
  private static void curl(ShellCommand shown) throws IOException {
    String address =
        shown.arguments().stream().filter(word -> word.contains("://")).findFirst().orElseThrow();
    if (address.startsWith("http://127.0.0.1:8080/")) {
      String path = address.substring("http://127.0.0.1:8080".length()).replaceFirst("\\?.*", "");
      String described = read("admin/src/main/resources/io/sapo/admin/openapi.json");
      assertThat(described)
          .contains(
              "\"" + path.replaceFirst("^/api/control/[a-z]+$", "/api/control/{action}") + "\"");
    } else {
      assertThat(address).startsWith("https://");
      assertThat(shown.values("-o")).hasSize(1);
    }
  }

  private static void script(ShellCommand shown) throws IOException {
    Path script = HOME.resolve(shown.words().get(0));
    assertThat(script)
        .as("a tool without a check here, or a script")
        .isExecutable()
        .isRegularFile();
    options(shown, script);
  }

  private static void compose(ShellCommand shown) throws IOException {
    assertThat(shown.arguments()).startsWith("compose");
    StringBuilder described = new StringBuilder();
    for (String file : shown.values("-f")) {
      if (!file.equals("learner")) {
        described.append(read(exists(file)));
      }
    }
    for (String profile : shown.values("--profile")) {
      assertThat(described).contains("profiles: [" + profile + "]");
    }
    for (String entry : shown.values("--entrypoint")) {
      assertThat(read("docker/Dockerfile")).contains(entry);
    }
    int begin = action(shown.arguments());
    List<String> rest = shown.arguments().subList(begin + 1, shown.arguments().size());
    switch (shown.arguments().get(begin)) {
      case "up", "down" -> assertThat(rest).allMatch(word -> word.matches("-.*|[\\w-]+=\\d+"));
      case "logs" -> service(described, rest.get(rest.size() - 1));
      case "run" -> service(described, rest.get(rest.indexOf("--entrypoint") + 2));
      default -> throw new AssertionError(shown + ": no check of this action");
    }
    for (String scaled : shown.values("--scale")) {
      service(described, scaled.split("=")[0]);
    }
  }

  /** Behind the options of {@code docker compose} itself, each of which has a value. */
  private static int action(List<String> arguments) {
    int at = 1;
    while (arguments.get(at).startsWith("-")) {
      at += 2;
    }
    return at;
  }

  private static void service(CharSequence described, String name) {
    assertThat(described).containsPattern("(?m)^  " + name + ":$");
  }

  private static void kubectl(ShellCommand shown) throws IOException {
    String rendered = read("kubernetes/rendered/one-node.yaml");
    for (String folder : shown.values("-k")) {
      assertThat(HOME.resolve(folder).resolve("kustomization.yaml")).exists();
    }
    for (String secret : shown.values("generic")) {
      assertThat(rendered).contains("secretName: " + secret);
    }
    for (String deployment : shown.values("deployment")) {
      resource(rendered, "Deployment", deployment);
    }
    for (String word : shown.arguments()) {
      if (word.startsWith("service/")) {
        resource(rendered, "Service", word.substring("service/".length()));
      } else if (word.startsWith("--from-literal=")) {
        String key = word.split("=")[1];
        assertThat(rendered).containsPattern("(?m)(key: |/)" + key + "$");
      }
    }
  }

  private static void resource(String rendered, String kind, String name) {
    assertThat(rendered.split("(?m)^---$"))
        .anyMatch(
            object ->
                object.contains("\nkind: " + kind + "\n")
                    && object.contains("\n  name: " + name + "\n"));
  }

  /** A variable that a script of this project reads, or the block itself. */
  private static void exported(ShellCommand shown) throws IOException {
    String page = shown.place().replaceFirst(":\\d+$", "");
    for (String variable : shown.variables()) {
      boolean used = Files.exists(Path.of(page)) && mentions(Path.of(page), "$" + variable);
      for (String reader :
          List.of("docker/pytorch", "docker/compose.gpu.yaml", "docker/compose.model.yaml")) {
        used |= mentions(HOME.resolve(reader), variable);
      }
      assertThat(used).as(variable).isTrue();
    }
  }

  /** One process for all: of what is shown, and of the scripts that are named. */
  @Test
  void pythonIsPython(@TempDir Path folder) throws Exception {
    assumeTrue(
        Stream.of(System.getenv("PATH").split(":"))
            .anyMatch(place -> Files.isExecutable(Path.of(place, "python3"))),
        "python3 is not installed");
    List<String> call =
        new ArrayList<>(
            List.of(
                "python3",
                "-c",
                "import ast, sys\nfor f in sys.argv[1:]: ast.parse(open(f).read(), f)"));
    for (Path document : DocumentsTest.documents()) {
      Matcher block = PYTHON.matcher(Files.readString(document));
      while (block.find()) {
        Path file = folder.resolve(call.size() + ".py");
        call.add(Files.writeString(file, block.group(1)).toString());
      }
    }
    try (Stream<Path> scripts = Files.list(HOME.resolve("examples/python"))) {
      scripts
          .filter(file -> file.toString().endsWith(".py"))
          .map(Path::toString)
          .forEach(call::add);
    }
    assertThat(call).hasSizeGreaterThan(6);
    Process python = new ProcessBuilder(call).redirectErrorStream(true).start();
    String said = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(python.waitFor()).as(said).isZero();
  }

  private static String exists(String file) {
    assertThat(HOME.resolve(file)).isRegularFile();
    return file;
  }

  private static String read(String file) throws IOException {
    return Files.readString(HOME.resolve(file));
  }

  private static boolean mentions(Path file, String text) {
    try {
      return Files.readString(file).contains(text);
    } catch (IOException e) {
      throw new AssertionError(file + " cannot be read", e);
    }
  }
}
