package io.sapo.standalone.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.configuration.ConfigLoader;
import io.sapo.configuration.Settings;
import io.sapo.standalone.run.RoleKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

/** Images and compose file against the roles and settings that there are. */
class ImagesTest {
  private static final Path DOCKER = Path.of("..", "docker");

  @Test
  void everyRoleHasAnImage() throws IOException {
    String dockerfile = Files.readString(DOCKER.resolve("Dockerfile"));
    String build = Files.readString(DOCKER.resolve("build"));
    for (RoleKind role : RoleKind.values()) {
      assertThat(dockerfile).contains(" AS " + role.label() + "\n");
      assertThat(build).containsPattern("roles=\\([a-z ]*\\b" + role.label() + "\\b[a-z ]*\\)");
    }
  }

  /**
   * A role ends by itself before the engine kills it, and not long before: it may need the time.
   */
  @Test
  void everyRoleOfTheComposeFileHasTheSettingsAndTheTimeItNeeds() throws IOException {
    Map<String, Map<String, Object>> roles = composedRoles();
    assertThat(roles).hasSizeGreaterThan(6);
    roles.forEach(
        (name, role) -> {
          Settings settings = new ConfigLoader().environment(environment(role)).load();
          long spare =
              Duration.parse(
                      "PT" + ((String) role.get("stop_grace_period")).toUpperCase(Locale.ROOT))
                  .minus(settings.duration("run.stop-grace"))
                  .toSeconds();
          assertThat(spare).as(name).isBetween(2L, 15L);
        });
  }

  /**
   * What is laid over the compose file changes roles that are there, by settings that there are.
   */
  @ParameterizedTest
  @ValueSource(strings = {"compose.gpu.yaml", "compose.model.yaml"})
  void everyRoleThatIsChangedIsOne(String file) throws IOException {
    Map<String, Map<String, Object>> changes = services(file);
    assertThat(changes).hasSize(4);
    assertThat(composedRoles().keySet()).containsAll(changes.keySet());
    changes
        .values()
        .forEach(
            change -> {
              assertThat((List<?>) change.get("volumes")).isNotEmpty();
              Map<String, String> environment = environment(change);
              environment.keySet().removeIf(name -> !name.startsWith("SAPO_"));
              assertThat(environment).isNotEmpty();
              new ConfigLoader().environment(environment).load();
            });
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Map<String, Object>> services(String file) throws IOException {
    Map<String, Object> whole = new Yaml().load(Files.readString(DOCKER.resolve(file)));
    return (Map<String, Map<String, Object>>) whole.get("services");
  }

  private static Map<String, Map<String, Object>> composedRoles() throws IOException {
    Map<String, Map<String, Object>> roles = new TreeMap<>();
    services("compose.yaml")
        .forEach(
            (name, service) -> {
              if (((String) service.get("image")).startsWith("sapo-")) {
                roles.put(name, service);
              }
            });
    return roles;
  }

  /** With the defaults of what is taken from the caller's environment. */
  @SuppressWarnings("unchecked")
  private static Map<String, String> environment(Map<String, Object> service) {
    Map<String, String> environment = new TreeMap<>();
    ((Map<String, Object>) service.get("environment"))
        .forEach(
            (name, value) ->
                environment.put(
                    name, String.valueOf(value).replaceAll("\\$\\{\\w+:-([^}]*)}", "$1")));
    return environment;
  }
}
