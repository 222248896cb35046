package io.sapo.standalone.run;

import io.sapo.command.CommandFailure;
import io.sapo.configuration.ConfigLoader;
import io.sapo.configuration.Origin;
import io.sapo.configuration.Settings;
import io.sapo.standalone.folder.RunFolder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** The folder of a run and the settings it uses: a resumed run keeps those it was started with. */
public record RunSettings(Settings settings, RunFolder folder) {
  /** What makes a run the run it is. */
  private static final List<String> IDENTITY =
      List.of(
          "run.seed",
          "model.checkpoint",
          "model.threads",
          "tasks.train",
          "tasks.instruction",
          "kafka.topic-prefix");

  /**
   * @param load settings with the given layer beneath the caller's own
   * @param folder where none is named
   * @param continues whether settings of an earlier start hold on; else the folder's are not read
   * @throws CommandFailure when a continued run is told to be another one
   */
  public static RunSettings resolve(
      Function<UnaryOperator<ConfigLoader>, Settings> load,
      Supplier<RunFolder> folder,
      boolean continues) {
    Settings told = load.apply(UnaryOperator.identity());
    RunFolder chosen = told.optionalPath("run.data").map(RunFolder::new).orElseGet(folder);
    if (!continues || !chosen.exists()) {
      return new RunSettings(TaskDefaults.fit(TorchThreads.fit(told)), chosen);
    }
    Settings settings = load.apply(loader -> loader.run(chosen.settings()));
    checkIdentity(settings, chosen);
    return new RunSettings(settings, chosen);
  }

  private static void checkIdentity(Settings settings, RunFolder folder) {
    Settings before = new ConfigLoader().run(folder.settings()).load();
    List<String> findings = new ArrayList<>();
    for (String key : IDENTITY) {
      String was = before.values().get(key).text();
      String is = settings.values().get(key).text();
      if (!was.equals(is)) {
        Origin origin = settings.origin(key);
        findings.add(
            key + " is '" + was + "' for this run, but " + origin.label() + " says '" + is + "'");
      }
    }
    if (!findings.isEmpty()) {
      throw CommandFailure.usage(
          folder.path()
              + " holds a run that cannot be continued like this; choose another --data:\n  "
              + String.join("\n  ", findings));
    }
  }
}
