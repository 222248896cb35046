package io.sapo.standalone.experiment;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sapo.command.CommandFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * The settings that each run was made with, kept beside its result: an experiment's file changes,
 * and a run counts only for what it was. Arms and seeds may go and come back.
 */
final class RunSettings {
  /** What a finished run leaves. */
  static final String RESULT = "result.json";

  /** Folder of a run that is not finished. */
  static final String DATA = "data";

  private static final String SETTINGS = "settings.json";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final TypeReference<Map<String, String>> TEXTS = new TypeReference<>() {};

  private final ExperimentFile experiment;
  private final Path output;

  RunSettings(ExperimentFile experiment, Path output) {
    this.experiment = experiment;
    this.output = output;
  }

  /**
   * Before a run is started.
   *
   * @param job whose folder is there
   */
  void keep(Job job) throws IOException {
    keep(job, experiment);
  }

  /** Earlier releases kept no settings by run: what they made has those of the file of then. */
  void adopt(ExperimentFile then) throws IOException {
    for (Job job : then.jobs()) {
      if (begun(job) && !Files.exists(file(job))) {
        keep(job, then);
      }
    }
  }

  /**
   * @throws CommandFailure where one of the experiment's runs, finished or not, was made with other
   *     settings than it has now, or with some that nobody knows
   */
  void requireAll() throws IOException {
    for (Job job : experiment.jobs()) {
      require(job);
    }
  }

  /** The same of one run. */
  void require(Job job) throws IOException {
    if (!begun(job)) {
      return;
    }
    if (!Files.exists(file(job))) {
      throw refused(job, "it is not known with which settings");
    }
    Map<String, String> then = JSON.readValue(file(job).toFile(), TEXTS);
    Map<String, String> now = experiment.settings(job);
    if (!then.equals(now)) {
      throw refused(job, "with " + differences(then, now));
    }
  }

  private CommandFailure refused(Job job, String how) {
    return CommandFailure.usage(
        "%s has been made, %s; name another --output, or delete %s"
            .formatted(job, how, job.folder(output)));
  }

  private static String differences(Map<String, String> then, Map<String, String> now) {
    TreeSet<String> keys = new TreeSet<>(then.keySet());
    keys.addAll(now.keySet());
    List<String> texts = new ArrayList<>();
    for (String key : keys) {
      String was = then.get(key);
      String is = now.get(key);
      if (was == null) {
        texts.add("no " + key + ", now " + is);
      } else if (!was.equals(is)) {
        texts.add(key + " " + was + (is == null ? ", now none" : ", now " + is));
      }
    }
    return String.join("; ", texts);
  }

  private boolean begun(Job job) {
    Path folder = job.folder(output);
    return Files.exists(folder.resolve(RESULT)) || Files.exists(folder.resolve(DATA));
  }

  private void keep(Job job, ExperimentFile of) throws IOException {
    write(file(job), of.settings(job));
  }

  private Path file(Job job) {
    return job.folder(output).resolve(SETTINGS);
  }

  /** JSON that is there whole or not at all. */
  static void write(Path file, Object what) throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    JSON.writerWithDefaultPrettyPrinter().writeValue(fresh.toFile(), what);
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
  }
}
