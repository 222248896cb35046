package io.sapo.standalone.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import io.sapo.command.CommandFailure;
import io.sapo.configuration.Binding;
import io.sapo.configuration.ConfigLoader;
import io.sapo.configuration.YamlText;
import io.sapo.reading.FileTooLongException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What an experiment is, as read from YAML.
 *
 * @param settings of every run, by dotted key
 * @param arms what differs, by name; dotted keys as well
 * @param seeds of the runs that are reported
 * @param tuning null where nothing is tuned
 * @param parallel runs at a time
 */
public record ExperimentFile(
    String name,
    Map<String, String> settings,
    Map<String, Map<String, String>> arms,
    List<Long> seeds,
    Tuning tuning,
    int parallel) {
  private static final String SEED = "run.seed";
  private static final int MOST_RUNS = 100_000;
  private static final Set<String> KEYS =
      Set.of("name", "settings", "arms", "seeds", "tuning", "parallel");

  /**
   * Every arm tries each value with this seed, which is none of those reported, and takes that of
   * the largest area.
   */
  public record Tuning(String key, List<String> values, long seed) {}

  /**
   * @throws CommandFailure naming what is wrong in the file
   */
  public static ExperimentFile read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw CommandFailure.usage(file + ": there is no such file");
    }
    try {
      JsonNode root = YamlText.tree(YamlText.of(file));
      require(root.isObject(), "must hold name, settings, arms and seeds");
      root.fieldNames()
          .forEachRemaining(
              key -> require(KEYS.contains(key), "key '" + key + "' is none of " + KEYS));
      ExperimentFile read =
          new ExperimentFile(
              text(root, "name"),
              pairs(root.path("settings")),
              arms(root.path("arms")),
              seeds(root.path("seeds")),
              tuning(root.path("tuning")),
              (int) Math.min(Integer.MAX_VALUE, whole(root, "parallel", 1)));
      require(
          read.name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,60}"),
          "name must be 1 to 61 letters, digits, '.', '_' and '-'");
      require(read.parallel >= 1 && read.parallel <= 1024, "parallel must be 1 to 1024");
      read.checkRuns();
      read.checkOverridden();
      read.checkSecrets();
      read.checkSettings();
      return read;
    } catch (FileTooLongException e) {
      throw CommandFailure.usage(e.getMessage());
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage(file + ": " + e.getMessage());
    }
  }

  /** All settings of a run: those of all, of its arm, the tuned one, its seed. */
  public Map<String, String> settings(String arm, String tuned, long seed) {
    Map<String, String> all = new LinkedHashMap<>(settings);
    all.putAll(arms.get(arm));
    if (tuned != null) {
      all.put(tuning.key(), tuned);
    }
    all.put(SEED, Long.toString(seed));
    return all;
  }

  Map<String, String> settings(Job job) {
    return settings(job.arm(), job.tuned(), job.seed());
  }

  /** Value by value; none where nothing is tuned. */
  List<Job> tuningJobs() {
    return tuning == null ? List.of() : jobs(tuning.seed());
  }

  /** All runs that there can be: those of tuning, and each seed with each value that may win. */
  List<Job> jobs() {
    List<Job> jobs = new ArrayList<>(tuningJobs());
    seeds.forEach(seed -> jobs.addAll(jobs(seed)));
    return jobs;
  }

  private List<Job> jobs(long seed) {
    List<Job> jobs = new ArrayList<>();
    for (String value : values()) {
      arms.keySet().forEach(arm -> jobs.add(new Job(arm, value, seed)));
    }
    return jobs;
  }

  /** Those of the tuned key; null alone where nothing is tuned. */
  private List<String> values() {
    return tuning == null ? Collections.singletonList(null) : tuning.values();
  }

  /** Each run has a folder of its own, named after its arm, its tuned value and its seed. */
  private void checkRuns() {
    require(Set.copyOf(seeds).size() == seeds.size(), "seeds must be there once each");
    int values = tuning == null ? 0 : tuning.values().size();
    long runs = (long) arms.size() * (seeds.size() + values);
    require(runs <= MOST_RUNS, "has %d runs, at most %d are made".formatted(runs, MOST_RUNS));
    if (tuning != null) {
      require(
          Set.copyOf(tuning.values()).size() == values, "tuning must name each of its values once");
      require(
          !seeds.contains(tuning.seed()),
          "tuning has the seed %d, which is one of seeds: what was chosen for its result would be reported"
              .formatted(tuning.seed()));
      tuning
          .values()
          .forEach(
              value ->
                  require(
                      value.matches("[A-Za-z0-9+-][A-Za-z0-9.,_+-]{0,60}"),
                      "a tuned value names folders, so it must be letters, digits, '.', ',', '_',"
                          + " '+' and '-'"));
    }
  }

  /** Where keys stand, in words. */
  private Map<String, Map<String, String>> places() {
    Map<String, Map<String, String>> places = new LinkedHashMap<>();
    places.put("settings", settings);
    arms.forEach((arm, its) -> places.put("arm '" + arm + "'", its));
    return places;
  }

  /** Settings become arguments of processes, names of folders and lines of the report. */
  private void checkSecrets() {
    places().forEach((place, its) -> its.keySet().forEach(key -> checkNoSecret(place, key)));
    if (tuning != null) {
      checkNoSecret("tuning", tuning.key());
    }
  }

  private static void checkNoSecret(String place, String key) {
    require(
        !ConfigLoader.secret(key),
        "%s has the secret %s, which every user of this machine and every reader of the results would see: name a file of it where there is such a key (token-file), or set it in the environment, which runs inherit"
            .formatted(place, key));
  }

  /** What {@link #settings(String, String, long)} puts in the place of other values. */
  private void checkOverridden() {
    places()
        .forEach(
            (place, its) -> {
              require(!its.containsKey(SEED), place + " has " + SEED + ", which seeds are for");
              require(
                  tuning == null || !its.containsKey(tuning.key()),
                  "%s has %s, which is tuned".formatted(place, tuning == null ? "" : tuning.key()));
            });
    require(tuning == null || !tuning.key().equals(SEED), SEED + " cannot be tuned");
  }

  private void checkSettings() {
    for (String arm : arms.keySet()) {
      for (String tuned : values()) {
        ConfigLoader loader = new ConfigLoader();
        settings(arm, tuned, seeds.get(0)).forEach((key, value) -> loader.set(key + "=" + value));
        new Binding(loader.load()).check().checkVerifier();
      }
    }
  }

  private static String text(JsonNode root, String key) {
    require(root.path(key).isTextual(), key + " is missing");
    return root.path(key).asText();
  }

  private static Map<String, String> pairs(JsonNode node) {
    require(
        node.isObject() || node.isMissingNode() || node.isNull(),
        "settings and arms must hold keys with values");
    Map<String, String> pairs = new LinkedHashMap<>();
    node.properties()
        .forEach(
            field -> {
              require(field.getValue().isValueNode(), field.getKey() + " must have one value");
              pairs.put(field.getKey(), field.getValue().asText());
            });
    return pairs;
  }

  private static Map<String, Map<String, String>> arms(JsonNode node) {
    Map<String, Map<String, String>> arms = new LinkedHashMap<>();
    node.properties()
        .forEach(
            field -> {
              require(
                  field.getKey().matches("[A-Za-z0-9][A-Za-z0-9._%-]{0,60}"),
                  "arm '" + field.getKey() + "' must have a name of letters and digits");
              arms.put(field.getKey(), pairs(field.getValue()));
            });
    require(!arms.isEmpty(), "arms are missing");
    return arms;
  }

  private static List<Long> seeds(JsonNode node) {
    List<Long> seeds = new ArrayList<>();
    node.forEach(
        seed -> {
          require(
              seed.isIntegralNumber() && seed.canConvertToLong(), "seeds must be whole numbers");
          seeds.add(seed.asLong());
        });
    require(!seeds.isEmpty(), "seeds are missing");
    return seeds;
  }

  private static Tuning tuning(JsonNode node) {
    if (node.isMissingNode()) {
      return null;
    }
    List<String> values = new ArrayList<>();
    node.path("values")
        .forEach(
            value -> {
              require(value.isValueNode(), "values of tuning must be plain");
              values.add(value.asText());
            });
    require(!values.isEmpty(), "tuning needs values");
    return new Tuning(text(node, "key"), values, whole(node, "seed", 0));
  }

  private static long whole(JsonNode node, String key, long otherwise) {
    JsonNode value = node.path(key);
    require(
        value.isMissingNode() || value.isIntegralNumber() && value.canConvertToLong(),
        key + " must be a whole number");
    return value.asLong(otherwise);
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new IllegalArgumentException(message);
    }
  }
}
