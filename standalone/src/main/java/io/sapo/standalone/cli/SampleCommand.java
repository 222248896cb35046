package io.sapo.standalone.cli;

import io.sapo.command.CommandFailure;
import io.sapo.command.ExitCodes;
import io.sapo.command.Json;
import io.sapo.command.Printable;
import io.sapo.command.Surroundings;
import io.sapo.configuration.Binding;
import io.sapo.configuration.ConfigLoader;
import io.sapo.configuration.Settings;
import io.sapo.pictures.PictureFiles;
import io.sapo.pictures.PictureHash;
import io.sapo.pictures.UnreadablePictureException;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.generation.FinishReason;
import io.sapo.policy.generation.Generation;
import io.sapo.policy.generation.GenerationRequest;
import io.sapo.policy.generation.Generator;
import io.sapo.policy.generation.GeneratorOptions;
import io.sapo.policy.generation.Sampling;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.network.TokenSequence;
import io.sapo.policy.picture.PictureSettings;
import io.sapo.policy.profile.CheckpointProfile;
import io.sapo.producer.prompt.PromptBuilder;
import io.sapo.producer.prompt.PromptRefusedException;
import io.sapo.schemas.Picture;
import io.sapo.schemas.Task;
import io.sapo.standalone.run.Checkpoints;
import io.sapo.standalone.run.TorchThreads;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sapo sample}. */
@Command(
    name = "sample",
    description = {
      "Prints a model's response to a text.",
      "Of the newest version of a run (--data), else of a checkpoint (--checkpoint)."
    })
final class SampleCommand implements Callable<Integer> {
  private static final int MAX_INPUT_BYTES = 1 << 24;
  private static final int STEPS_PER_CALL = 16;

  private final Surroundings surroundings;
  @Spec private CommandSpec spec;
  @Mixin private ConfigOptions config;

  @Parameters(
      paramLabel = "TEXT",
      arity = "0..1",
      description = "The prompt; without it standard input.")
  private String text;

  @Option(
      names = "--checkpoint",
      paramLabel = "DIR",
      description = "Hugging Face folder of the model; without it the shipped figures checkpoint.")
  private String checkpoint;

  @Option(names = "--data", paramLabel = "DIR", description = "Folder of a training run.")
  private Path data;

  @Option(
      names = "--pictures",
      paramLabel = "FILE",
      arity = "1",
      description = "Picture before the text; may be given several times.")
  private List<Path> pictures = List.of();

  @Option(
      names = "--temperature",
      paramLabel = "T",
      defaultValue = "0",
      description = "Sampling temperature; 0, the default, is greedy.")
  private double temperature;

  @Option(
      names = "--max-tokens",
      paramLabel = "N",
      description = "Longest response in tokens; without it model.max-new-tokens.")
  private String maxTokens;

  @Option(names = "--seed", paramLabel = "S", description = "Seed of sampling.")
  private String seed;

  @Option(names = "--json", description = "As JSON, with the prompt that was fed.")
  private boolean json;

  SampleCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public Integer call() throws InterruptedException {
    if (!(temperature >= 0 && temperature <= 100)) {
      throw CommandFailure.usage("--temperature " + temperature + ": must lie in 0 to 100");
    }
    Settings told =
        config.load(
            surroundings.environment(),
            loader -> data == null ? loader : loader.run(EvaluatedModel.existing(data).settings()),
            this::flags);
    Settings settings = data == null ? TorchThreads.fit(told) : told;
    TorchThreads.use(settings);
    Binding binding = new Binding(settings);
    CheckpointFolder folder =
        CheckpointFolder.open(Checkpoints.start(settings, surroundings.home()));
    Task task = task();
    try (CheckpointProfile profile = CheckpointProfile.open(folder, binding.profile())) {
      TokenSequence prompt = prompt(profile, binding.pictures(), task);
      int longest = settings.integer("model.max-new-tokens");
      if (prompt.length() + longest > folder.config().decoder().maxPositions()) {
        throw CommandFailure.usage(
            "%d prompt tokens and up to %d new ones exceed the model's max_position_embeddings, %d; choose fewer with --max-tokens"
                .formatted(prompt.length(), longest, folder.config().decoder().maxPositions()));
      }
      try (BaseModel base = binding.base(folder);
          EvaluatedModel evaluated = EvaluatedModel.open(data, settings, folder, base)) {
        Sampling sampling =
            temperature == 0
                ? Sampling.greedy(longest)
                : new Sampling(temperature, settings.number("producer.top-p"), 0, longest);
        Generation answer =
            answer(profile, base, evaluated, prompt, sampling, settings.wide("run.seed"));
        print(profile, evaluated, prompt, answer);
      }
    }
    return ExitCodes.FINE;
  }

  private ConfigLoader flags(ConfigLoader loader) {
    ModelOptions.flag(loader, "--checkpoint", "model.checkpoint", checkpoint);
    ModelOptions.flag(loader, "--max-tokens", "model.max-new-tokens", maxTokens);
    ModelOptions.flag(loader, "--seed", "run.seed", seed);
    return loader;
  }

  private Task task() {
    List<Picture> given = new ArrayList<>();
    for (Path file : pictures) {
      try {
        Path absolute = file.toAbsolutePath();
        byte[] bytes = new PictureFiles(List.of(absolute.getParent())).read(absolute.toString());
        given.add(
            Picture.newBuilder()
                .setSha256(PictureHash.of(bytes))
                .setBytes(ByteBuffer.wrap(bytes))
                .build());
      } catch (UnreadablePictureException e) {
        throw CommandFailure.usage("--pictures " + file + ": " + e.getMessage());
      }
    }
    return Task.newBuilder()
        .setTaskId("text")
        .setSource("the command line")
        .setPrompt(text == null ? input() : text)
        .setPictures(given)
        .setAnswer("")
        .setVerifier("")
        .build();
  }

  /** Standard input without the line's end that pipes put behind it. */
  private static String input() {
    try {
      byte[] read = System.in.readNBytes(MAX_INPUT_BYTES + 1);
      if (read.length > MAX_INPUT_BYTES) {
        throw CommandFailure.usage("standard input has more than " + MAX_INPUT_BYTES + " bytes");
      }
      return new String(read, StandardCharsets.UTF_8).replaceFirst("\\R\\z", "");
    } catch (IOException e) {
      throw CommandFailure.failed("standard input cannot be read: " + e.getMessage(), e);
    }
  }

  private static TokenSequence prompt(
      CheckpointProfile profile, PictureSettings pictures, Task task) {
    try {
      return new PromptBuilder(profile, profile.model().decoder().maxPositions(), pictures)
          .build(task);
    } catch (PromptRefusedException e) {
      throw CommandFailure.usage(e.getMessage());
    }
  }

  private static Generation answer(
      CheckpointProfile profile,
      BaseModel base,
      EvaluatedModel evaluated,
      TokenSequence prompt,
      Sampling sampling,
      long seed) {
    GeneratorOptions options =
        new GeneratorOptions(
            1,
            prompt.length() + sampling.maxNewTokens(),
            STEPS_PER_CALL,
            profile.unspeakableTokens(),
            profile.stopTokens());
    try (Generator generator = Generator.load(base.config(), options, base.device())) {
      generator.submit(new GenerationRequest("text", prompt, sampling, seed));
      List<Generation> finished = List.of();
      while (finished.isEmpty()) {
        finished = generator.advance(evaluated.weights(), evaluated.version());
      }
      return finished.get(0);
    }
  }

  private void print(
      CheckpointProfile profile,
      EvaluatedModel evaluated,
      TokenSequence prompt,
      Generation answer) {
    String said = profile.tokenizer().decodeResponse(answer.tokens()).text();
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("model", evaluated.what());
      result.put("version", evaluated.version());
      result.put("prompt", profile.shown(prompt.promptTokens()));
      result.put("prompt_tokens", prompt.length());
      result.put("text", said);
      result.put("tokens", answer.tokens().length);
      result.put("finish", answer.finishReason().name().toLowerCase(Locale.ROOT));
      out.println(Json.of(result));
    } else {
      out.println(Printable.text(said));
      if (answer.finishReason() == FinishReason.LENGTH) {
        PrintWriter err = spec.commandLine().getErr();
        err.printf("cut after %d tokens; --max-tokens allows more%n", answer.tokens().length);
        err.flush();
      }
    }
    out.flush();
  }
}
