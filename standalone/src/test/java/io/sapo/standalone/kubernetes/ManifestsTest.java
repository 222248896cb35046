package io.sapo.standalone.kubernetes;

import static io.sapo.standalone.kubernetes.Manifests.faults;
import static io.sapo.standalone.kubernetes.Manifests.list;
import static io.sapo.standalone.kubernetes.Manifests.name;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sapo.configuration.ConfigLoader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestsTest {
  private static final long LEAST_OF_A_GPU = 5;
  private static final Pattern GIBIBYTES = Pattern.compile("(\\d+)(?:g|Gi)");

  @ParameterizedTest
  @ValueSource(strings = {"one-node", "cluster", "gpu"})
  void everyObjectIsOneThatKubernetesKnows(String overlay) throws Exception {
    List<JsonNode> objects = Manifests.rendered(overlay);
    assertThat(objects).hasSizeGreaterThan(15);
    for (JsonNode object : objects) {
      assertThat(faults(object)).as(name(object)).isEmpty();
    }
  }

  @Test
  void aFieldThatKubernetesDoesNotKnowIsFound() throws Exception {
    JsonNode learner = named("one-node", "StatefulSet learner");
    ((ObjectNode) learner.at("/spec/template/spec/containers/0")).put("imagePolicy", "Always");
    assertThat(faults(learner)).anySatisfy(fault -> assertThat(fault).contains("imagePolicy"));
    JsonNode other = named("one-node", "StatefulSet learner");
    ((ObjectNode) other.path("spec")).put("replicas", "one");
    assertThat(faults(other)).anySatisfy(fault -> assertThat(fault).contains("replicas"));
  }

  @Test
  void aFieldThatTheOperatorDoesNotKnowIsFound() throws Exception {
    JsonNode kafka = named("cluster", "Kafka sapo");
    ((ObjectNode) kafka.at("/spec/kafka/listeners/0")).put("tsl", true);
    assertThat(faults(kafka)).anySatisfy(fault -> assertThat(fault).contains("tsl"));
    JsonNode pool = named("cluster", "KafkaNodePool broker");
    ((ObjectNode) pool.path("spec")).put("replicas", "three");
    assertThat(faults(pool)).anySatisfy(fault -> assertThat(fault).contains("replicas"));
    JsonNode user = named("cluster", "KafkaUser sapo");
    ((ObjectNode) user.at("/spec/authorization/acls/0/resource")).put("type", "topics");
    assertThat(faults(user)).anySatisfy(fault -> assertThat(fault).contains("type"));
    JsonNode older = named("cluster", "KafkaUser sapo");
    ((ObjectNode) older).put("apiVersion", "kafka.strimzi.io/v1beta2");
    assertThat(faults(older)).containsExactly("unknown kind kafka.strimzi.io/v1beta2/KafkaUser");
  }

  private static JsonNode named(String overlay, String name) throws IOException {
    return Manifests.rendered(overlay).stream()
        .filter(object -> name(object).equals(name))
        .findFirst()
        .orElseThrow();
  }

  /** As the restricted pod security standard asks, and a little more. */
  @ParameterizedTest
  @ValueSource(strings = {"one-node", "cluster", "gpu"})
  void everyPodMayDoAsLittleAsPossible(String overlay) throws Exception {
    for (JsonNode object : Manifests.rendered(overlay)) {
      Optional<JsonNode> pods = Manifests.pods(object);
      if (pods.isEmpty()) {
        continue;
      }
      String as = name(object);
      assertThat(pods.get().at("/securityContext/runAsNonRoot").asBoolean()).as(as).isTrue();
      assertThat(pods.get().at("/securityContext/seccompProfile/type").asText())
          .as(as)
          .isEqualTo("RuntimeDefault");
      assertThat(pods.get().path("automountServiceAccountToken").asBoolean(true)).as(as).isFalse();
      assertThat(pods.get().path("enableServiceLinks").asBoolean(true)).as(as).isFalse();
      for (JsonNode container : list(pods.get().path("containers"))) {
        JsonNode security = container.path("securityContext");
        assertThat(security.path("allowPrivilegeEscalation").asBoolean(true)).as(as).isFalse();
        assertThat(security.path("readOnlyRootFilesystem").asBoolean()).as(as).isTrue();
        assertThat(security.at("/capabilities/drop/0").asText()).as(as).isEqualTo("ALL");
        assertThat(container.at("/resources/limits/memory").isMissingNode()).as(as).isFalse();
        for (String probe : List.of("startupProbe", "readinessProbe", "livenessProbe")) {
          assertThat(container.path(probe).isObject()).as(as + " " + probe).isTrue();
        }
        Set<String> volumes = new TreeSet<>();
        list(pods.get().path("volumes"))
            .forEach(volume -> volumes.add(volume.path("name").asText()));
        list(object.at("/spec/volumeClaimTemplates"))
            .forEach(claim -> volumes.add(claim.at("/metadata/name").asText()));
        list(container.path("volumeMounts"))
            .forEach(mount -> assertThat(volumes).as(as).contains(mount.path("name").asText()));
      }
    }
  }

  /**
   * What containers are told must be settings: a typing error would keep every role from starting.
   */
  @ParameterizedTest
  @ValueSource(strings = {"one-node", "cluster", "gpu"})
  void everySettingIsOne(String overlay) throws Exception {
    List<JsonNode> objects = Manifests.rendered(overlay);
    SortedMap<String, String> shared = new TreeMap<>();
    for (JsonNode object : objects) {
      if (object.path("kind").asText().equals("ConfigMap")) {
        object
            .path("data")
            .fields()
            .forEachRemaining(e -> shared.put(e.getKey(), e.getValue().asText()));
      }
    }
    assertThat(shared).containsKey("SAPO_KAFKA_BOOTSTRAP_SERVERS");
    for (JsonNode object : objects) {
      Map<String, String> environment = new TreeMap<>(shared);
      Manifests.pods(object)
          .ifPresent(
              pods ->
                  list(pods.at("/containers/0/env"))
                      .forEach(
                          e ->
                              environment.put(
                                  e.path("name").asText(), e.path("value").asText("secret"))));
      new ConfigLoader().environment(environment).load();
    }
  }

  /**
   * A role ends by itself before Kubernetes kills it, and not long before: it may need the time.
   */
  @ParameterizedTest
  @ValueSource(strings = {"one-node", "cluster", "gpu"})
  void theGraceOfAPodIsThatOfItsRoleAndALittleMore(String overlay) throws Exception {
    for (JsonNode object : Manifests.rendered(overlay)) {
      Optional<JsonNode> pods = Manifests.pods(object);
      if (pods.isEmpty() || pods.get().at("/containers/0/envFrom").isMissingNode()) {
        continue;
      }
      ConfigLoader loader = new ConfigLoader();
      list(pods.get().at("/containers/0/env")).stream()
          .filter(e -> e.path("name").asText().equals("SAPO_RUN_STOP_GRACE"))
          .forEach(e -> loader.set("run.stop-grace=" + e.path("value").asText()));
      long spare =
          pods.get().path("terminationGracePeriodSeconds").asLong()
              - loader.load().duration("run.stop-grace").toSeconds();
      assertThat(spare).as(name(object)).isBetween(2L, 15L);
    }
  }

  /** Of the host: CUDA's libraries, heap and JVM, as {@code plan} counts them for any model. */
  @Test
  void whoeverHasAGpuHasTheMemoryThatItsLibrariesTake() throws Exception {
    int computing = 0;
    for (JsonNode object : Manifests.rendered("gpu")) {
      Optional<JsonNode> limits =
          Manifests.pods(object).map(pods -> pods.at("/containers/0/resources/limits"));
      if (limits.isPresent() && limits.get().has("nvidia.com/gpu")) {
        assertThat(gibibytes(limits.get().path("memory").asText()))
            .as(name(object))
            .isGreaterThanOrEqualTo(LEAST_OF_A_GPU);
        computing++;
      }
    }
    assertThat(computing).isEqualTo(3);
    Path compose = Manifests.folder().resolveSibling("docker").resolve("compose.gpu.yaml");
    JsonNode described = Manifests.parse(Files.readString(compose)).get(0);
    assertThat(
            gibibytes(
                described.at("/x-gpu/mem_limit").asText().replaceAll("\\$\\{\\w+:-(\\w+)}", "$1")))
        .isGreaterThanOrEqualTo(LEAST_OF_A_GPU);
    assertThat(described.path("services"))
        .hasSize(4)
        .allMatch(service -> service.path("<<").asText().equals("gpu"));
  }

  private static long gibibytes(String quantity) {
    Matcher matcher = GIBIBYTES.matcher(quantity);
    assertThat(matcher.matches()).as(quantity).isTrue();
    return Long.parseLong(matcher.group(1));
  }

  /** Before it is ready a role may work for hours; what would restart it asks whether it does. */
  @ParameterizedTest
  @ValueSource(strings = {"one-node", "cluster", "gpu"})
  void onlyReadinessWaitsForARoleToBeReady(String overlay) throws Exception {
    int roles = 0;
    for (JsonNode object : Manifests.rendered(overlay)) {
      JsonNode container =
          Manifests.pods(object).map(pods -> pods.at("/containers/0")).orElse(object);
      if (!container.at("/readinessProbe/exec").toString().contains("/tmp/ready")) {
        continue;
      }
      roles++;
      String as = name(object);
      assertThat(container.at("/readinessProbe/exec").toString()).as(as).contains("/tmp/ready\"");
      for (String probe : List.of("startupProbe", "livenessProbe")) {
        assertThat(container.at("/" + probe + "/exec").toString())
            .as(as + " " + probe)
            .containsPattern("/tmp/ready\\.alive\\b");
      }
    }
    assertThat(roles).isEqualTo(4);
  }

  @Test
  void oneLearnerAndNeverTwo() throws Exception {
    for (String overlay : List.of("one-node", "cluster", "gpu")) {
      JsonNode learner = named(overlay, "StatefulSet learner");
      assertThat(learner.at("/spec/replicas").asInt()).isEqualTo(1);
      assertThat(learner.at("/spec/volumeClaimTemplates/0/spec/accessModes/0").asText())
          .isEqualTo("ReadWriteOnce");
    }
  }

  @Test
  void whatIsRenderedIsWhatTheOverlaysSay() throws Exception {
    Optional<List<String>> build =
        program("kustomize")
            .map(path -> List.of(path, "build"))
            .or(() -> program("kubectl").map(path -> List.of(path, "kustomize")));
    assumeTrue(build.isPresent(), "kubectl or kustomize on the PATH");
    for (String overlay : List.of("one-node", "cluster", "gpu")) {
      Path folder = Manifests.folder().resolve("overlays").resolve(overlay);
      Process process =
          new ProcessBuilder(
                  Stream.concat(build.get().stream(), Stream.of(folder.toString())).toList())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String yaml = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(Manifests.parse(yaml))
          .as(overlay + "; run kubernetes/render")
          .isEqualTo(Manifests.rendered(overlay));
    }
  }

  private static Optional<String> program(String name) {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator))
        .map(folder -> Path.of(folder, name))
        .filter(Files::isExecutable)
        .map(Path::toString)
        .findFirst();
  }
}
