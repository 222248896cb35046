package io.sapo.producer.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.sapo.policy.adapter.AdapterFolder;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.layout.Head;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.network.Weights;
import io.sapo.policy.text.Tokenizer;
import io.sapo.producer.prompt.PromptBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;
import java.util.function.UnaryOperator;

/**
 * A server that speaks vLLM's protocol, in the words of a recorded one, and SGLang's as it is
 * documented; it samples from a real network with real adapters that it reads from the folders it
 * is told of.
 */
final class FakeServer implements AutoCloseable {
  /** In what it differs from a server as it should be. */
  enum Quirk {
    NO_SCALE_OUT,
    NO_DEVELOPMENT_ROUTES,
    NO_LORA,
    NO_LORA_BUT_ITS_ROUTES,
    RAW_LOG_PROBS,
    IGNORES_ADAPTERS,
    IGNORES_SECOND_ADAPTER,
    OTHER_TEMPERATURE,
    OTHER_TOP_P,
    OTHER_TOKENIZER,
    OTHER_CHAT,
    SILENT_ABOUT_PROMPTS,
    SILENT_ABOUT_VERSIONS,
    IGNORES_STOP_TEXTS,
    FINDS_OTHER_STOP_TEXTS,
    SHORT
  }

  /** Sends something in place of an answer; false to send the answer. */
  interface Misdeed {
    boolean commit(HttpExchange exchange) throws IOException;
  }

  private static final String DEFAULT = "default";

  private final BaseModel base;
  private final Tokenizer tokenizer;
  private final Set<Quirk> quirks;
  private final FakeWeights weights;
  private final FakePace pace = new FakePace();
  private final FakeAdapters adapters = new FakeAdapters();
  private final FakeGeneration generation;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpServer http;
  private volatile String version = DEFAULT;
  private volatile boolean closed;

  /** Stop tokens are then not sampled. */
  volatile boolean endless;

  /** Added to the seed of every response. */
  volatile long seedShift;

  /**
   * Called after each event of a streamed answer, with how many have been sent; true to hang up.
   */
  volatile IntPredicate hangsUpAfter = events -> false;

  final AtomicInteger generated = new AtomicInteger();

  /** Requests of one token. */
  final AtomicInteger probes = new AtomicInteger();

  /** Times it was asked what it is. */
  final AtomicInteger identified = new AtomicInteger();

  final List<JsonNode> chats = new CopyOnWriteArrayList<>();

  /** What it was told of its weights, in order: path and body. */
  final List<String> controls = new CopyOnWriteArrayList<>();

  /** Applied to what is generated for requests of more than one token; probes have one. */
  volatile UnaryOperator<ObjectNode> spoil = choice -> choice;

  /** Whether SGLang's answers to probes are spoilt as well. */
  volatile boolean spoilsProbes;

  /** Before whole weights are read. */
  volatile Runnable beforeReload = () -> {};

  /** Before an answer of more than one token. */
  volatile Misdeed misdeed = exchange -> false;

  /**
   * @param base stays the caller's, as does the tokenizer
   * @param port 0 for any
   */
  FakeServer(BaseModel base, Tokenizer tokenizer, int port, Quirk... quirks) throws IOException {
    this(base, tokenizer, Optional.empty(), port, quirks);
  }

  /**
   * @param prompts makes tokens of chats, where it takes any
   */
  FakeServer(
      BaseModel base,
      Tokenizer tokenizer,
      Optional<PromptBuilder> prompts,
      int port,
      Quirk... quirks)
      throws IOException {
    this.base = base;
    this.tokenizer = tokenizer;
    this.quirks = EnumSet.noneOf(Quirk.class);
    this.quirks.addAll(Arrays.asList(quirks));
    weights = new FakeWeights(base, this.quirks.contains(Quirk.IGNORES_SECOND_ADAPTER));
    generation = new FakeGeneration(this, weights, prompts);
    http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 50);
    http.setExecutor(threads);
    http.createContext("/", this::serve);
    http.start();
  }

  Tokenizer tokenizer() {
    return tokenizer;
  }

  URI address() {
    return URI.create("http://127.0.0.1:" + http.getAddress().getPort());
  }

  int port() {
    return http.getAddress().getPort();
  }

  private void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] sent = exchange.getRequestBody().readAllBytes();
      JsonNode body =
          sent.length == 0
              ? ServerClient.JSON.createObjectNode()
              : ServerClient.JSON.readTree(sent);
      route(exchange, exchange.getRequestURI().getPath(), body);
    }
  }

  private void route(HttpExchange exchange, String path, JsonNode body) throws IOException {
    switch (path) {
      case "/health" -> answer(exchange, 200, "");
      case "/v1/models" -> {
        identified.incrementAndGet();
        answer(exchange, 200, models());
      }
      case "/tokenize" -> answer(exchange, 200, tokens(body.path("prompt").asText()));
      case "/pause_generation",
          "/continue_generation",
          "/update_weight_version",
          "/is_paused",
          "/pause",
          "/resume" -> {
        if (quirks.contains(Quirk.NO_DEVELOPMENT_ROUTES)) {
          answer(exchange, 404, "{\"detail\":\"Not Found\"}");
        } else {
          control(exchange, path, body);
        }
      }
      case "/collective_rpc" -> {
        reload(body.path("kwargs").path("weights_path").asText());
        answer(exchange, 200, "{\"results\":[null]}");
      }
      case "/update_weights_from_disk" -> {
        controls.add(path + " " + body);
        reload(body.path("model_path").asText());
        version = body.path("weight_version").asText();
        answer(exchange, 200, "{\"success\":true,\"message\":\"\",\"num_paused_requests\":0}");
      }
      case "/v1/load_lora_adapter" -> load(exchange, body);
      case "/v1/unload_lora_adapter" -> {
        boolean removed = weights.remove(body.path("lora_name").asText());
        answer(exchange, removed ? 200 : 404, "{}");
      }
      case "/inference/v1/generate" -> {
        if (quirks.contains(Quirk.NO_SCALE_OUT)) {
          answer(exchange, 403, "{\"detail\":\"Forbidden\"}");
        } else {
          generation.vllm(exchange, body, body.path("sampling_params"), true);
        }
      }
      case "/v1/chat/completions" -> generation.chat(exchange, body);
      case "/v1/completions" -> generation.vllm(exchange, body, body, false);
      case "/generate" -> generation.sglang(exchange, body);
      case "/load_lora_adapter" -> load(exchange, body);
      case "/unload_lora_adapter" -> {
        weights.remove(body.path("lora_name").asText());
        answer(exchange, 200, "{\"success\":true}");
      }
      default -> answer(exchange, 404, "{\"detail\":\"Not Found\"}");
    }
  }

  private void reload(String folder) {
    beforeReload.run();
    taken(
        "m",
        Weights.read(CheckpointFolder.open(Path.of(folder)), Head.LANGUAGE_MODEL, base.device()));
  }

  private String models() {
    int longest = quirks.contains(Quirk.SHORT) ? 100 : 1024;
    StringBuilder list =
        new StringBuilder(
            "{\"id\":\"m\",\"object\":\"model\",\"owned_by\":\"vllm\",\"root\":\"/m\",\"parent\":null,\"max_model_len\":"
                + longest
                + "}");
    for (String name : weights.names()) {
      list.append(
          ",{\"id\":\""
              + name
              + "\",\"object\":\"model\",\"parent\":\"m\",\"max_model_len\":null}");
    }
    return "{\"object\":\"list\",\"data\":[" + list + "]}";
  }

  private String tokens(String text) {
    int[] ids = tokenizer.encode(text);
    if (quirks.contains(Quirk.OTHER_TOKENIZER)) {
      ids[3]++;
    }
    return "{\"count\":%d,\"max_model_len\":1024,\"tokens\":%s,\"token_strs\":null}"
        .formatted(ids.length, Arrays.toString(ids));
  }

  private void control(HttpExchange exchange, String path, JsonNode body) throws IOException {
    controls.add(path + " " + body);
    switch (path) {
      case "/pause", "/pause_generation" -> {
        weights.lock().writeLock().lock();
        pace.pause();
        weights.lock().writeLock().unlock();
        answer(exchange, 200, "{\"status\":\"paused\"}");
      }
      case "/resume", "/continue_generation" -> {
        pace.resume();
        answer(exchange, 200, "{\"status\":\"resumed\"}");
      }
      case "/update_weight_version" -> {
        version = body.path("new_version").asText();
        answer(exchange, 200, "{\"success\":true,\"new_version\":\"" + version + "\"}");
      }
      default -> answer(exchange, 200, "{\"is_paused\":" + pace.paused() + "}");
    }
  }

  private void load(HttpExchange exchange, JsonNode body) throws IOException {
    if (quirks.contains(Quirk.NO_LORA)) {
      answer(exchange, 404, "{\"detail\":\"Not Found\"}");
      return;
    }
    String name = body.path("lora_name").asText("");
    if (name.isEmpty()) {
      answer(exchange, 400, error("2 validation errors: lora_name, lora_path"));
      return;
    }
    if (quirks.contains(Quirk.NO_LORA_BUT_ITS_ROUTES)) {
      answer(
          exchange,
          500,
          error(
              "Call to add_lora method failed: Worker failed with error 'LoRA is not enabled. Use --enable-lora to enable LoRA.', please check the stack trace above for the root cause"));
      return;
    }
    if (weights.has(name)) {
      answer(exchange, 400, error("The lora adapter '" + name + "' has already been loaded."));
      return;
    }
    taken(name, AdapterFolder.open(Path.of(body.path("lora_path").asText())).read(base));
    boolean vllm = exchange.getRequestURI().getPath().startsWith("/v1");
    answer(
        exchange,
        200,
        vllm ? "Success: LoRA adapter '" + name + "' added successfully." : "{\"success\":true}");
  }

  private void taken(String name, Weights read) {
    weights.take(name, read);
    pace.loaded();
  }

  FakePace pace() {
    return pace;
  }

  FakeAdapters adapters() {
    return adapters;
  }

  boolean is(Quirk quirk) {
    return quirks.contains(quirk);
  }

  boolean saysVersions() {
    return !is(Quirk.SILENT_ABOUT_VERSIONS);
  }

  boolean closed() {
    return closed;
  }

  String version() {
    return version;
  }

  static String error(String message) {
    return "{\"error\":{\"message\":\"%s\",\"type\":\"BadRequestError\",\"param\":null}}"
        .formatted(message);
  }

  static void answer(HttpExchange exchange, int status, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  /** Ends at once, answers under way included, as a killed process does. */
  @Override
  public void close() {
    closed = true;
    http.stop(0);
    pace.resume();
    threads.shutdownNow();
    weights.lock().writeLock().lock();
    try {
      weights.close();
    } finally {
      weights.lock().writeLock().unlock();
    }
  }
}
