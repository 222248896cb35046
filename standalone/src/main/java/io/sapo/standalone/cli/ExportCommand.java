package io.sapo.standalone.cli;

import io.sapo.command.CommandFailure;
import io.sapo.command.ExitCodes;
import io.sapo.command.Json;
import io.sapo.learner.checkpoint.ActorExport;
import io.sapo.learner.checkpoint.CheckpointStore;
import io.sapo.learner.checkpoint.CriticExport;
import io.sapo.policy.tensor.ElementType;
import io.sapo.standalone.folder.RunFolder;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sapo export}. */
@Command(
    name = "export",
    description = {
      "Writes a trained model as a folder that other engines load.",
      "Adapters are written in PEFT's layout; --merge merges them into their base model.",
      "--critic writes the critic instead, which learner.critic.checkpoint takes."
    })
final class ExportCommand implements Callable<Integer> {
  /** Element types that can be written. */
  enum Type {
    F32(ElementType.F32),
    BF16(ElementType.BF16);

    private final ElementType type;

    Type(ElementType type) {
      this.type = type;
    }
  }

  @Spec private CommandSpec spec;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      required = true,
      description = "Folder of a training run.")
  private Path data;

  @Option(
      names = "--version",
      paramLabel = "N",
      description = "A version with a checkpoint; without it that of the newest checkpoint.")
  private Long version;

  @Option(
      names = "--to",
      paramLabel = "DIR",
      required = true,
      description = "Folder to write; must not exist yet.")
  private Path target;

  @Option(names = "--merge", description = "Merge adapters into their base model.")
  private boolean merge;

  @Option(
      names = "--critic",
      description = "The critic instead of the policy: a value model, or adapters with their head.")
  private boolean critic;

  @Option(
      names = "--base",
      paramLabel = "DIR",
      description = "Folder of the base model to merge into; without it the one trained on.")
  private Path base;

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      description = "f32 or bf16; without it that of the starting model, of a critic f32.")
  private Type type;

  @Option(names = "--json", description = "As JSON.")
  private boolean json;

  @Override
  public Integer call() {
    RunFolder run = new RunFolder(data);
    if (!run.exists()) {
      throw CommandFailure.usage("--data " + data + ": no run was started there");
    }
    if (Files.exists(target)) {
      throw CommandFailure.usage("--to " + target + ": exists already");
    }
    if (critic && (merge || base != null)) {
      throw CommandFailure.usage("--critic: goes without --merge and --base");
    }
    CheckpointStore checkpoints = new CheckpointStore(run.learner());
    long chosen = chosen(checkpoints.versions());
    ActorExport export = new ActorExport(checkpoints.folder(chosen));
    Optional<ElementType> wanted = Optional.ofNullable(type).map(t -> t.type);
    if (critic) {
      new CriticExport(checkpoints.folder(chosen)).write(target, wanted);
    } else if (merge) {
      export.writeMerged(target, Optional.ofNullable(base), wanted);
    } else {
      export.write(target, wanted);
    }
    print(chosen, (critic ? "critic's " : "") + what(export));
    return ExitCodes.FINE;
  }

  private String what(ActorExport export) {
    return export.adapters() ? merge ? "merged model" : "adapters" : "model";
  }

  private long chosen(List<Long> present) {
    if (present.isEmpty()) {
      throw CommandFailure.failed(data + ": holds no checkpoint yet");
    }
    if (version != null && !present.contains(version)) {
      throw CommandFailure.usage(
          "--version %d: has no checkpoint; there are %s".formatted(version, present));
    }
    return version == null ? present.get(present.size() - 1) : version;
  }

  private void print(long chosen, String what) {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("version", chosen);
      result.put("what", what);
      result.put("folder", target.toString());
      out.println(Json.of(result));
    } else {
      out.println("version %d: %s in %s".formatted(chosen, what, target));
      if (version == null) {
        out.println(
            "the newest checkpoint's; the run's newest version may be some later (a checkpoint every learner.checkpoint-every)");
      }
    }
    out.flush();
  }
}
