package io.sapo.policy.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sapo.policy.tensor.ElementType;
import io.sapo.policy.tensor.TensorData;
import io.sapo.reading.WholeFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A model folder as Hugging Face lays it out: {@code config.json}, {@code model.safetensors} (or
 * shards with an index), {@code tokenizer.json}, {@code preprocessor_config.json} and companions.
 */
public record CheckpointFolder(Path path, ModelConfig config) {
  public static final String CONFIG = "config.json";
  public static final String TOKENIZER = "tokenizer.json";
  public static final String PREPROCESSOR = "preprocessor_config.json";
  public static final String PROCESSOR = "processor_config.json";

  /** Section of {@value #PROCESSOR} on pictures. */
  public static final String IMAGE_PROCESSOR = "image_processor";

  /** Files beside the weights that a copy of the model takes along. */
  private static final List<String> COMPANIONS =
      List.of(
          CONFIG,
          TOKENIZER,
          PREPROCESSOR,
          PROCESSOR,
          "video_preprocessor_config.json",
          "generation_config.json",
          "tokenizer_config.json",
          "tokenizer.model",
          "special_tokens_map.json",
          "added_tokens.json",
          "vocab.json",
          "merges.txt",
          "chat_template.json",
          "chat_template.jinja");

  /** Holds named templates, a file each. */
  public static final String TEMPLATES = "additional_chat_templates";

  public static final String TEMPLATE_SUFFIX = ".jinja";

  /** Largest file of a folder's weights, as Hugging Face has it. */
  private static final long SHARD_BYTES = 5_000_000_000L;

  /** Vocabularies of a million tokens have some tens of megabytes. */
  private static final int MOST_COMPANION_BYTES = 128 << 20;

  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Opens a folder; its weights are read later.
   *
   * @throws InvalidCheckpointException naming what is missing or wrong
   */
  public static CheckpointFolder open(Path path) {
    if (!Files.isDirectory(path)) {
      throw new InvalidCheckpointException(
          path + ": there is no such checkpoint folder; name one that holds config.json");
    }
    return new CheckpointFolder(path, ModelConfig.read(path.resolve(CONFIG)));
  }

  /**
   * The type that the model is kept in: what config.json says, or where that leaves it to the
   * weights, theirs.
   */
  public ElementType elementType() {
    return ModelConfigJson.saidType(JsonSection.read(path.resolve(CONFIG)))
        .orElseGet(this::storedType);
  }

  /**
   * In which type most of the weights lie, by the headers of their files.
   *
   * @throws InvalidCheckpointException where the files cannot be read
   */
  public ElementType storedType() {
    Map<ElementType, Long> elements = new EnumMap<>(ElementType.class);
    try (SafetensorsReader reader = openWeights()) {
      for (String name : reader.names()) {
        elements.merge(reader.type(name), reader.spec(name).elements(), Long::sum);
      }
    }
    return elements.entrySet().stream()
        .filter(entry -> entry.getKey().floating())
        .max(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey)
        .orElse(config.elementType());
  }

  /** The caller closes the reader. */
  public SafetensorsReader openWeights() {
    boolean safetensors =
        Files.exists(path.resolve(SafetensorsReader.SINGLE_FILE))
            || Files.exists(path.resolve(SafetensorsReader.INDEX_FILE));
    if (!safetensors && hasPickledWeights()) {
      throw new InvalidCheckpointException(
          path
              + ": has its weights as pytorch_model.bin only; write them as safetensors first, in"
              + " Python: AutoModelForCausalLM.from_pretrained(DIR).save_pretrained(DIR)");
    }
    return SafetensorsReader.open(path);
  }

  private boolean hasPickledWeights() {
    return Files.exists(path.resolve("pytorch_model.bin"))
        || Files.exists(path.resolve("pytorch_model.bin.index.json"));
  }

  /**
   * @throws InvalidCheckpointException when the folder has no tokenizer.json
   */
  public Path tokenizer() {
    return required(TOKENIZER);
  }

  /**
   * The file that says how pictures are prepared: {@value #PROCESSOR} where that has a section for
   * them, as newer libraries write it, else {@value #PREPROCESSOR}.
   *
   * @throws InvalidCheckpointException when the folder has neither
   */
  public Path preprocessor() {
    return ownPreprocessor().orElseGet(() -> required(PREPROCESSOR));
  }

  /** As {@link #preprocessor}; empty where the folder has neither file. */
  public Optional<Path> ownPreprocessor() {
    return Stream.of(PROCESSOR, PREPROCESSOR)
        .map(path::resolve)
        .filter(Files::isRegularFile)
        .filter(file -> !file.endsWith(PROCESSOR) || JsonSection.read(file).has(IMAGE_PROCESSOR))
        .findFirst();
  }

  private Path required(String name) {
    Path file = path.resolve(name);
    if (!Files.isRegularFile(file)) {
      throw new InvalidCheckpointException(file + ": is missing from the checkpoint folder");
    }
    return file;
  }

  /**
   * Contents of all files that belong to the model beside its weights, by their path within the
   * folder.
   */
  public Map<String, byte[]> companions() {
    Map<String, byte[]> files = new LinkedHashMap<>();
    Stream.concat(
            COMPANIONS.stream().map(path::resolve).filter(Files::isRegularFile),
            namedTemplates().stream())
        .forEach(file -> files.put(path.relativize(file).toString(), content(file)));
    return files;
  }

  private static byte[] content(Path file) {
    try {
      return WholeFile.bytes(file, MOST_COMPANION_BYTES);
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /** Files of chat templates that have a name, ascending. */
  private List<Path> namedTemplates() {
    Path templates = path.resolve(TEMPLATES);
    if (!Files.isDirectory(templates)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(templates)) {
      return files
          .filter(file -> file.toString().endsWith(TEMPLATE_SUFFIX) && Files.isRegularFile(file))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(templates + ": cannot be listed: " + e.getMessage(), e);
    }
  }

  /**
   * Writes a whole new folder, which appears at once and complete or not at all. The {@code
   * torch_dtype} of config.json is set to the type written.
   *
   * @param path must not exist yet
   * @param companions as {@link #companions} gives them, {@code config.json} among them
   * @param type of the elements written
   */
  public static void write(
      Path path,
      Map<String, byte[]> companions,
      Collection<? extends TensorData> tensors,
      ElementType type) {
    write(path, companions, tensors, type, type);
  }

  /**
   * As {@link #write(Path, Map, Collection, ElementType)}, saying another type in config.json: what
   * the weights are meant to be stored in once they are trained.
   */
  public static void write(
      Path path,
      Map<String, byte[]> companions,
      Collection<? extends TensorData> tensors,
      ElementType type,
      ElementType said) {
    write(
        path,
        companions,
        folder -> SafetensorsWriter.writeShards(folder, tensors, type, SHARD_BYTES),
        said);
  }

  /**
   * As {@link #write(Path, Map, Collection, ElementType)}, the weights in one file of that name.
   *
   * @param metadata of that file, in an order that is the same each time
   */
  public static void write(
      Path path,
      Map<String, byte[]> companions,
      String file,
      Collection<? extends TensorData> tensors,
      ElementType type,
      Map<String, String> metadata) {
    write(
        path,
        companions,
        folder -> SafetensorsWriter.write(folder.resolve(file), tensors, type, metadata),
        type);
  }

  private static void write(
      Path path, Map<String, byte[]> companions, Consumer<Path> weights, ElementType type) {
    Path target = path.toAbsolutePath();
    if (Files.exists(target)) {
      throw new UncheckedIOException(
          new IOException(path + ": exists already; choose another folder or remove it"));
    }
    Path temporary = target.resolveSibling("." + target.getFileName() + ".tmp");
    try {
      Folders.delete(temporary);
      try {
        Files.createDirectories(temporary);
        fill(temporary, companions, weights, type);
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        AtomicFiles.syncFolder(target.getParent());
      } finally {
        Folders.delete(temporary);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(path + ": cannot be written: " + e.getMessage(), e);
    }
  }

  private static void fill(
      Path folder, Map<String, byte[]> companions, Consumer<Path> weights, ElementType type)
      throws IOException {
    for (Map.Entry<String, byte[]> file : companions.entrySet()) {
      byte[] content =
          file.getKey().equals(CONFIG) ? withType(file.getValue(), type) : file.getValue();
      AtomicFiles.write(
          folder.resolve(file.getKey()),
          channel -> AtomicFiles.writeFully(channel, ByteBuffer.wrap(content)));
    }
    weights.accept(folder);
  }

  private static byte[] withType(byte[] config, ElementType type) throws IOException {
    ObjectNode root = (ObjectNode) JSON.readTree(config);
    for (String key : List.of("dtype", "torch_dtype")) {
      for (JsonNode part : root) {
        if (part instanceof ObjectNode section && section.has(key)) {
          section.put(key, type.torchName());
        }
      }
    }
    root.put(root.has("dtype") ? "dtype" : "torch_dtype", type.torchName());
    return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(root);
  }
}
