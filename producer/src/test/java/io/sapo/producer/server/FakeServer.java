package io.sapo.producer.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.sapo.policy.adapter.AdapterFolder;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.generation.Sampling;
import io.sapo.policy.layout.Head;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.network.Network;
import io.sapo.policy.network.TokenSequence;
import io.sapo.policy.network.Weights;
import io.sapo.policy.text.Tokenizer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * A server that speaks vLLM's protocol, in the words of a recorded one, and SGLang's as it is
 * documented; it draws from a real network with real adapters that it reads from the folders it is
 * told of.
 */
final class FakeServer implements AutoCloseable {
  /** In what it differs from a server as it should be. */
  enum Quirk {
    NO_SCALE_OUT,
    NO_DEVELOPMENT_ROUTES,
    NO_LORA,
    RAW_LOG_PROBS,
    IGNORES_ADAPTERS,
    IGNORES_SECOND_ADAPTER,
    OTHER_TEMPERATURE,
    OTHER_TOKENIZER,
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
  private final Network network;
  private final Weights bare;
  private final Map<String, Weights> adapters = new ConcurrentHashMap<>();
  private final List<Weights> owned = new ArrayList<>();
  private Weights newest;
  private final ReentrantReadWriteLock weightsLock = new ReentrantReadWriteLock(true);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpServer http;
  private volatile boolean paused;
  private volatile String version = DEFAULT;
  private volatile boolean closed;
  private volatile int holdAfter = -1;

  /** Stop tokens are then not drawn. */
  volatile boolean endless;

  private int tokensDrawn;
  final AtomicInteger drawn = new AtomicInteger();
  final AtomicInteger loads = new AtomicInteger();

  /** Applied to what is drawn for requests of more than one token; probes have one. */
  volatile UnaryOperator<ObjectNode> spoil = choice -> choice;

  /** Before an answer of more than one token. */
  volatile Misdeed misdeed = exchange -> false;

  /**
   * @param base stays the caller's, as does the tokenizer
   * @param port 0 for any
   */
  FakeServer(BaseModel base, Tokenizer tokenizer, int port, Quirk... quirks) throws IOException {
    this.base = base;
    this.tokenizer = tokenizer;
    this.quirks = EnumSet.noneOf(Quirk.class);
    this.quirks.addAll(Arrays.asList(quirks));
    network = Network.load(base.config(), Head.LANGUAGE_MODEL, base.device());
    bare = Weights.ofBase(base);
    http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 50);
    http.setExecutor(threads);
    http.createContext("/", this::serve);
    http.start();
  }

  /** The response that gets so many tokens waits there for new weights. */
  void holdAfter(int tokens) {
    holdAfter = tokens;
  }

  synchronized void awaitHeld() throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (tokensDrawn < holdAfter) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("no response came to " + holdAfter + " tokens");
      }
      wait(1_000);
    }
  }

  private synchronized void countToken() {
    tokensDrawn++;
    notifyAll();
    int before = loads.get();
    while (tokensDrawn == holdAfter && loads.get() == before) {
      sleepHere();
    }
  }

  private void sleepHere() {
    try {
      wait(1_000);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
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
      case "/v1/models" -> answer(exchange, 200, models());
      case "/tokenize" -> answer(exchange, 200, tokens(body.path("prompt").asText()));
      case "/is_paused", "/pause", "/resume", "/update_weight_version" -> {
        if (quirks.contains(Quirk.NO_DEVELOPMENT_ROUTES)) {
          answer(exchange, 404, "{\"detail\":\"Not Found\"}");
        } else {
          control(exchange, path, body);
        }
      }
      case "/collective_rpc" -> {
        take(
            "m",
            Weights.read(
                CheckpointFolder.open(Path.of(body.path("kwargs").path("weights_path").asText())),
                Head.LANGUAGE_MODEL,
                base.device()));
        answer(exchange, 200, "{\"results\":[null]}");
      }
      case "/v1/load_lora_adapter" -> load(exchange, body);
      case "/v1/unload_lora_adapter" -> {
        boolean removed = adapters.remove(body.path("lora_name").asText()) != null;
        answer(exchange, removed ? 200 : 404, "{}");
      }
      case "/inference/v1/generate" -> {
        if (quirks.contains(Quirk.NO_SCALE_OUT)) {
          answer(exchange, 403, "{\"detail\":\"Forbidden\"}");
        } else {
          draw(exchange, body, body.path("sampling_params"), true);
        }
      }
      case "/v1/completions" -> draw(exchange, body, body, false);
      case "/generate" -> drawForSglang(exchange, body);
      case "/load_lora_adapter" -> load(exchange, body);
      case "/unload_lora_adapter" -> {
        adapters.remove(body.path("lora_name").asText());
        answer(exchange, 200, "{\"success\":true}");
      }
      default -> answer(exchange, 404, "{\"detail\":\"Not Found\"}");
    }
  }

  private String models() {
    int longest = quirks.contains(Quirk.SHORT) ? 100 : 1024;
    StringBuilder list =
        new StringBuilder(
            "{\"id\":\"m\",\"object\":\"model\",\"owned_by\":\"vllm\",\"root\":\"/m\",\"parent\":null,\"max_model_len\":"
                + longest
                + "}");
    for (String name : adapters.keySet()) {
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
    switch (path) {
      case "/pause" -> {
        weightsLock.writeLock().lock();
        paused = true;
        weightsLock.writeLock().unlock();
        answer(exchange, 200, "{\"status\":\"paused\"}");
      }
      case "/resume" -> {
        synchronized (this) {
          paused = false;
          notifyAll();
        }
        answer(exchange, 200, "{\"status\":\"resumed\"}");
      }
      case "/update_weight_version" -> {
        version = body.path("new_version").asText();
        answer(exchange, 200, "{\"success\":true,\"new_version\":\"" + version + "\"}");
      }
      default -> answer(exchange, 200, "{\"is_paused\":" + paused + "}");
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
    if (adapters.containsKey(name)) {
      answer(exchange, 400, error("The lora adapter '" + name + "' has already been loaded."));
      return;
    }
    take(name, AdapterFolder.open(Path.of(body.path("lora_path").asText())).read(base));
    boolean vllm = exchange.getRequestURI().getPath().startsWith("/v1");
    answer(
        exchange,
        200,
        vllm ? "Success: LoRA adapter '" + name + "' added successfully." : "{\"success\":true}");
  }

  private void take(String name, Weights read) {
    weightsLock.writeLock().lock();
    try {
      boolean kept = newest != null && quirks.contains(Quirk.IGNORES_SECOND_ADAPTER);
      owned.add(read);
      newest = kept ? newest : read;
      adapters.put(name, newest);
    } finally {
      weightsLock.writeLock().unlock();
    }
    synchronized (this) {
      loads.incrementAndGet();
      notifyAll();
    }
  }

  private void draw(HttpExchange exchange, JsonNode body, JsonNode wanted, boolean tokensOnly)
      throws IOException {
    if (tokensOnly && !body.has("token_ids")) {
      answer(exchange, 400, error("2 validation errors: body.token_ids"));
      return;
    }
    String model = body.path("model").asText();
    if (!model.equals("m") && !adapters.containsKey(model)) {
      answer(exchange, 404, error("The model `" + model + "` does not exist."));
      return;
    }
    int[] prompt =
        IntStream.range(0, body.path(tokensOnly ? "token_ids" : "prompt").size())
            .map(i -> body.path(tokensOnly ? "token_ids" : "prompt").get(i).asInt())
            .toArray();
    boolean probe = wanted.path("max_tokens").asInt() == 1;
    if (!probe && misdeed.commit(exchange)) {
      return;
    }
    ObjectNode reply = ServerClient.JSON.createObjectNode();
    ArrayNode choices = reply.putArray("choices");
    for (int i = 0; i < wanted.path("n").asInt(1); i++) {
      ObjectNode choice = new Response(model, prompt, wanted, i).draw().toVllm(i, tokensOnly);
      choices.add(probe ? choice : spoil.apply(choice));
    }
    if (!probe) {
      drawn.incrementAndGet();
    }
    answer(exchange, 200, reply.toString());
  }

  private void drawForSglang(HttpExchange exchange, JsonNode body) throws IOException {
    JsonNode sampling = body.path("sampling_params");
    ObjectNode wanted = sampling.deepCopy();
    wanted.set("max_tokens", sampling.path("max_new_tokens"));
    wanted.put("top_k", Math.max(0, sampling.path("top_k").asInt()));
    wanted.set("seed", sampling.path("sampling_seed"));
    wanted.set("logprobs", body.path("top_logprobs_num"));
    String model = body.path("lora_path").asText("m");
    int[] prompt =
        IntStream.range(0, body.path("input_ids").size())
            .map(i -> body.path("input_ids").get(i).asInt())
            .toArray();
    if (!model.equals("m") && !adapters.containsKey(model)) {
      answer(exchange, 400, error("LoRA adapter " + model + " is not loaded"));
      return;
    }
    ArrayNode replies = ServerClient.JSON.createArrayNode();
    for (int i = 0; i < wanted.path("n").asInt(1); i++) {
      replies.add(new Response(model, prompt, wanted, i).draw().toSglang(DEFAULT));
    }
    answer(exchange, 200, (replies.size() == 1 ? replies.get(0) : replies).toString());
  }

  /** One response in the making. */
  private final class Response {
    private final String model;
    private final int[] prompt;
    private final JsonNode wanted;
    private final SplittableRandom random;
    private final Sampling sampling;
    private final List<Integer> tokens = new ArrayList<>();
    private final List<double[]> distributions = new ArrayList<>();
    private final List<String> versions = new ArrayList<>();
    private OptionalInt stoppedBy = OptionalInt.empty();

    Response(String model, int[] prompt, JsonNode wanted, int index) {
      this.model = model;
      this.prompt = prompt;
      this.wanted = wanted;
      random = new SplittableRandom(wanted.path("seed").asLong() + 31L * index);
      sampling =
          new Sampling(
              wanted.path("temperature").asDouble(),
              wanted.path("top_p").asDouble(),
              wanted.path("top_k").asInt(),
              wanted.path("max_tokens").asInt());
    }

    FakeAnswer draw() {
      while (tokens.size() < sampling.maxNewTokens() && stoppedBy.isEmpty()) {
        awaitResume();
        weightsLock.readLock().lock();
        try {
          step();
        } finally {
          weightsLock.readLock().unlock();
        }
        if (sampling.maxNewTokens() > 1) {
          countToken();
        }
      }
      return new FakeAnswer(
          tokens, distributions, versions, stoppedBy, wanted.path("logprobs").asInt());
    }

    private void step() {
      if (closed) {
        throw new IllegalStateException("closed");
      }
      boolean without = quirks.contains(Quirk.IGNORES_ADAPTERS);
      int[] all =
          IntStream.concat(Arrays.stream(prompt), tokens.stream().mapToInt(t -> t)).toArray();
      float[] logits =
          network.logits(
              without ? bare : adapters.getOrDefault(model, bare),
              List.of(TokenSequence.text(all, new int[0])));
      int vocabulary = base.config().vocabSize();
      float[] last = Arrays.copyOfRange(logits, logits.length - vocabulary, logits.length);
      wanted
          .path("logit_bias")
          .fieldNames()
          .forEachRemaining(t -> last[Integer.parseInt(t)] -= 100);
      if (endless && sampling.maxNewTokens() > 1) {
        wanted.path("stop_token_ids").forEach(stop -> last[stop.asInt()] -= 100);
      }
      Sampling used =
          quirks.contains(Quirk.OTHER_TEMPERATURE)
              ? new Sampling(1.3, sampling.topP(), sampling.topK(), 1)
              : sampling;
      double[] drawnFrom = new Fingerprint(last).logProbs(used);
      int token = pick(drawnFrom);
      tokens.add(token);
      distributions.add(
          quirks.contains(Quirk.RAW_LOG_PROBS)
              ? new Fingerprint(last).logProbs(new Sampling(1, 1, 0, 1))
              : drawnFrom);
      versions.add(version);
      for (JsonNode stop : wanted.path("stop_token_ids")) {
        if (stop.asInt() == token) {
          stoppedBy = OptionalInt.of(token);
        }
      }
    }

    private int pick(double[] logProbs) {
      double left = random.nextDouble();
      for (int token = 0; token < logProbs.length; token++) {
        left -= Math.exp(logProbs[token]);
        if (left < 0) {
          return token;
        }
      }
      return 0;
    }
  }

  private void awaitResume() {
    synchronized (this) {
      while (paused) {
        sleepHere();
      }
    }
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
    synchronized (this) {
      paused = false;
      notifyAll();
    }
    threads.shutdownNow();
    weightsLock.writeLock().lock();
    try {
      owned.forEach(Weights::close);
      bare.close();
      network.close();
    } finally {
      weightsLock.writeLock().unlock();
    }
  }
}
