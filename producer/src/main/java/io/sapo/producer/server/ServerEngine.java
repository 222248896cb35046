package io.sapo.producer.server;

import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.generation.Generation;
import io.sapo.policy.generation.GenerationRequest;
import io.sapo.policy.generation.Sampling;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.network.Weights;
import io.sapo.policy.profile.CheckpointProfile;
import io.sapo.producer.engine.EngineSettings;
import io.sapo.producer.engine.Outcome;
import io.sapo.producer.engine.RolloutEngine;
import io.sapo.producer.server.Answer.Span;
import io.sapo.producer.server.Dialect.Draw;
import io.sapo.producer.server.Dialect.Identity;
import io.sapo.producer.server.InferenceServer.Asked;
import io.sapo.producer.server.InferenceServer.Waits;
import io.sapo.producer.server.ServerClient.Reply;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

/**
 * Inference servers as an engine. A request goes to the server with the fewest that draws by the
 * newest weights; what a server does not bring to a good end goes to another, or to the same later,
 * under the same id and seed.
 *
 * <p>The methods of {@link RolloutEngine} are for one thread. One lock guards everything; answers
 * are read without it, on the client's threads.
 */
public final class ServerEngine implements RolloutEngine {
  private static final long ADVANCE_MS = 50;
  private static final Duration CONNECT_WITHIN = Duration.ofSeconds(5);
  private static final int READERS = 4;
  private static final int KNOWN_VERSIONS = 1_000;

  /** Of one token, and of one candidate, in the most talkative answer. */
  private static final int TOKEN_BYTES = 400;

  private static final int CANDIDATE_BYTES = 160;
  private static final int FIXED_BYTES = 1 << 16;

  /** Digits, a chat's words, several scripts. */
  private static final String SAMPLE_TEXT =
      "What is 30719 + 4.5? Antwort: grün, 猫が好き, naïve café; step-by-step\n\n  <b>ok</b>";

  private final Object lock = new Object();
  private final EngineSettings settings;
  private final int slots;
  private final int longest;
  private final boolean adapters;
  private final CheckpointProfile profile;
  private final ResponseRules rules;
  private final AnswerCheck check;
  private final Probe probe;
  private final ProbeVerdict verdict;
  private final WeightExchange exchange;
  private final ExecutorService readers;
  private final List<InferenceServer> servers = new ArrayList<>();

  private final Map<String, RunningDraw> running = new LinkedHashMap<>();
  private final Deque<RunningDraw> waiting = new ArrayDeque<>();
  private final Deque<Outcome> ended = new ArrayDeque<>();
  private final Map<String, Long> versions = new LinkedHashMap<>();
  private Publication target;
  private boolean closed;

  /**
   * Connects to no server yet; each is looked for from the first weights on.
   *
   * @param base stays the caller's, as does the profile
   * @param slots responses asked for at a time, of all servers together
   * @param sampling how the run draws
   */
  public ServerEngine(
      EngineSettings settings,
      CheckpointFolder checkpoint,
      BaseModel base,
      CheckpointProfile profile,
      int slots,
      int maxPromptTokens,
      Sampling sampling) {
    this(settings, checkpoint, base, profile, slots, maxPromptTokens, sampling, Waits.DEFAULT);
  }

  ServerEngine(
      EngineSettings settings,
      CheckpointFolder checkpoint,
      BaseModel base,
      CheckpointProfile profile,
      int slots,
      int maxPromptTokens,
      Sampling sampling,
      Waits waits) {
    this.settings = settings;
    this.profile = profile;
    this.slots = slots;
    this.longest = maxPromptTokens + sampling.maxNewTokens();
    this.adapters = base.adapters().isPresent();
    this.rules = rules(profile);
    this.check = new AnswerCheck(rules);
    SortedSet<Integer> never = new TreeSet<>(rules.banned());
    never.addAll(rules.stops());
    never.addAll(profile.tokenizer().controlTokens());
    this.probe = Probe.of(rules.vocabularySize(), never, maxPromptTokens, sampling);
    this.verdict = new ProbeVerdict(probe, sampling, settings.tolerance());
    this.exchange = new WeightExchange(checkpoint, base, settings.folder(), rules, probe);
    this.readers = Executors.newFixedThreadPool(READERS, ServerEngine::daemon);
    HttpClient http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_WITHIN)
            .followRedirects(HttpClient.Redirect.NEVER)
            .executor(readers)
            .build();
    for (var address : settings.servers()) {
      Dialect dialect =
          settings.kind() == EngineSettings.Kind.VLLM
              ? new VllmDialect(rules)
              : new SglangDialect(rules);
      servers.add(
          new InferenceServer(
              this, new ServerClient(http, address, settings.token()), dialect, waits));
    }
  }

  private static ResponseRules rules(CheckpointProfile profile) {
    SortedSet<Integer> stops = new TreeSet<>(profile.stopTokens());
    stops.addAll(profile.model().eosTokenIds());
    return new ResponseRules(profile.model().vocabSize(), stops, profile.unspeakableTokens());
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "inference-answers");
    thread.setDaemon(true);
    return thread;
  }

  @Override
  public int freeSlots() {
    synchronized (lock) {
      boolean any = servers.stream().anyMatch(server -> server.accepts(target));
      return any ? Math.max(0, slots - running.size()) : 0;
    }
  }

  @Override
  public int running() {
    synchronized (lock) {
      return running.size() + ended.size();
    }
  }

  @Override
  public Optional<String> obstacle() {
    synchronized (lock) {
      if (servers.stream().anyMatch(server -> server.accepts(target))) {
        return Optional.empty();
      }
      return Optional.of(
          servers.stream()
              .map(InferenceServer::problem)
              .flatMap(Optional::stream)
              .collect(Collectors.joining("; ")));
    }
  }

  @Override
  public void use(Weights weights, long version) {
    Publication next = exchange.publish(weights, version);
    synchronized (lock) {
      boolean first = target == null;
      target = next;
      versions.put(next.name(), version);
      if (versions.size() > KNOWN_VERSIONS) {
        versions.remove(versions.keySet().iterator().next());
      }
      if (first) {
        servers.forEach(InferenceServer::start);
      }
      servers.forEach(InferenceServer::wake);
    }
  }

  @Override
  public void submit(GenerationRequest request) {
    synchronized (lock) {
      RunningDraw draw = new RunningDraw(request);
      running.put(request.id(), draw);
      if (request.prompt().pictures().isEmpty()) {
        waiting.add(draw);
        dispatch();
      } else {
        giveUp(draw, "prompts with pictures are drawn by the builtin engine only");
      }
    }
  }

  @Override
  public List<Outcome> advance() {
    synchronized (lock) {
      if (ended.isEmpty() && !running.isEmpty()) {
        try {
          lock.wait(ADVANCE_MS);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
      List<Outcome> all = List.copyOf(ended);
      ended.clear();
      return all;
    }
  }

  @Override
  public void close() {
    synchronized (lock) {
      closed = true;
    }
    servers.forEach(InferenceServer::close);
    readers.shutdownNow();
    exchange.close();
  }

  Object lock() {
    return lock;
  }

  /** The weights that servers are to draw by. Under the lock. */
  Publication target() {
    return target;
  }

  /** Sends what waits to the servers that can take it. Under the lock. */
  void dispatch() {
    while (!waiting.isEmpty() && !closed) {
      Optional<InferenceServer> free =
          servers.stream()
              .filter(server -> server.accepts(target))
              .min(Comparator.comparingInt(InferenceServer::load));
      if (free.isEmpty()) {
        return;
      }
      send(waiting.poll(), free.get());
    }
  }

  private void send(RunningDraw draw, InferenceServer server) {
    Asked asked = server.begin();
    GenerationRequest request = draw.request();
    Draw wanted =
        new Draw(
            request.prompt().promptTokens(),
            request.sampling(),
            request.seed() & Long.MAX_VALUE,
            1,
            settings.entropyCandidates());
    server
        .client()
        .send(
            asked.identity().path(),
            server.dialect().request(asked.identity(), asked.weights(), wanted),
            mostBytes(wanted),
            settings.deadline())
        .whenComplete((reply, problem) -> arrived(server, asked, draw, reply, problem));
  }

  /** How an answer is taken. */
  private sealed interface Reading {
    record Drawn(Generation generation, List<String> names) implements Reading {}

    /** The answer is at fault. */
    record Refused(String reason) implements Reading {}

    /** The server is at fault. */
    record Failed(String reason) implements Reading {}

    /** The server is away. */
    record Away(String reason) implements Reading {}
  }

  private void arrived(
      InferenceServer server, Asked asked, RunningDraw draw, Reply reply, Throwable problem) {
    Reading reading = read(server.dialect(), asked, draw.request(), reply, problem);
    synchronized (lock) {
      server.end(asked);
      if (closed) {
        return;
      }
      if (reading instanceof Reading.Drawn drawn) {
        server.drawn(draw, drawn.generation(), drawn.names());
      } else if (reading instanceof Reading.Refused refused) {
        server.answerRefused(refused.reason());
        againUnless(draw.refused(), draw, server, refused.reason());
      } else if (reading instanceof Reading.Failed failed) {
        server.suspect(failed.reason());
        againUnless(draw.failed(), draw, server, failed.reason());
      } else if (reading instanceof Reading.Away away) {
        server.suspect(away.reason());
        again(draw);
      }
      dispatch();
    }
  }

  private Reading read(
      Dialect dialect, Asked asked, GenerationRequest request, Reply reply, Throwable problem) {
    if (problem != null) {
      Throwable cause = problem instanceof CompletionException ? problem.getCause() : problem;
      if (cause instanceof RefusedAnswerException) {
        return new Reading.Refused(cause.getMessage());
      }
      return cause instanceof DeadlineException
          ? new Reading.Failed(cause.getMessage())
          : new Reading.Away(String.valueOf(cause.getMessage()));
    }
    if (!reply.ok()) {
      String answer = "it answers %d: %s".formatted(reply.status(), reply.text());
      boolean request400 = reply.status() == 400 || reply.status() == 413 || reply.status() == 422;
      return request400 ? new Reading.Refused(answer) : new Reading.Failed(answer);
    }
    try {
      List<Answer> answers = dialect.answers(asked.identity(), asked.weights(), reply.json());
      if (answers.size() != 1) {
        return new Reading.Refused("the answer has %d responses".formatted(answers.size()));
      }
      Answer answer = answers.get(0);
      Optional<String> stranger = stranger(answer);
      if (stranger.isPresent()) {
        return new Reading.Failed(
            "it draws by weights called '%s', which are not this run's; was it restarted, or is it shared?"
                .formatted(stranger.get()));
      }
      Generation generation = check.generation(request, answer, this::versionOf);
      return new Reading.Drawn(
          generation, answer.versions().stream().map(Span::version).distinct().toList());
    } catch (RefusedAnswerException e) {
      return new Reading.Refused(e.getMessage());
    }
  }

  private Optional<String> stranger(Answer answer) {
    return answer.versions().stream()
        .map(Span::version)
        .filter(name -> versionOf(name).isEmpty())
        .findFirst();
  }

  private Optional<Long> versionOf(String name) {
    synchronized (lock) {
      return Optional.ofNullable(versions.get(name));
    }
  }

  private void againUnless(
      boolean enough, RunningDraw draw, InferenceServer server, String reason) {
    if (enough) {
      giveUp(draw, server.client().address() + ": " + reason);
    } else {
      again(draw);
    }
  }

  /** Puts a request back in front. Under the lock. */
  void again(RunningDraw draw) {
    if (running.containsKey(draw.request().id())) {
      waiting.addFirst(draw);
    }
  }

  /** Hands a response out. Under the lock. */
  void finished(RunningDraw draw, Generation generation) {
    end(draw, new Outcome.Drawn(generation, settings.entropyCandidates()));
  }

  private void giveUp(RunningDraw draw, String reason) {
    end(draw, new Outcome.Refused(draw.request().id(), reason));
  }

  private void end(RunningDraw draw, Outcome outcome) {
    if (running.remove(draw.request().id()) != null) {
      ended.add(outcome);
      lock.notifyAll();
    }
  }

  /**
   * Looks at a server that nothing is known of.
   *
   * @throws UnfitServerException saying how to start it, where it does not suit this run
   */
  Identity identify(InferenceServer server) {
    Identity identity = server.dialect().identify(server.client(), adapters);
    if (identity.maxTokens() > 0 && identity.maxTokens() < longest) {
      throw new UnfitServerException(
          "it takes %d tokens, prompt and response together may have %d: start it with a greater length (vLLM: --max-model-len %d), or lower model.max-prompt-tokens or model.max-new-tokens"
              .formatted(identity.maxTokens(), longest, longest));
    }
    Optional<int[]> tokens = server.dialect().tokenize(server.client(), identity, SAMPLE_TEXT);
    int[] own = profile.tokenizer().encode(SAMPLE_TEXT);
    if (tokens.isPresent() && !Arrays.equals(tokens.get(), own)) {
      throw new UnfitServerException(
          "its tokenizer is another one: it makes %s of a text of which %s makes %s; start it on the run's checkpoint"
              .formatted(
                  shown(tokens.get()), profile.folder().tokenizer().getFileName(), shown(own)));
    }
    return identity;
  }

  private static String shown(int[] tokens) {
    int some = Math.min(8, tokens.length);
    return "%d tokens beginning with %s"
        .formatted(tokens.length, Arrays.toString(Arrays.copyOf(tokens, some)));
  }

  /** What the probe asks for. */
  Draw probe() {
    return new Draw(
        probe.prompt(), probe.sampling(), 1, probe.draws(), settings.entropyCandidates());
  }

  /**
   * @throws UnfitServerException when the answers are not by these weights
   * @throws RefusedAnswerException when they are no answers
   */
  void checkProbe(Publication published, List<Answer> answers) {
    if (answers.size() != probe.draws()) {
      throw new RefusedAnswerException(
          "it answers the probe with %d responses, not %d"
              .formatted(answers.size(), probe.draws()));
    }
    for (Answer answer : answers) {
      check.firstPlace(answer);
      for (Span span : answer.versions()) {
        if (!span.version().equals(published.name())) {
          throw new UnfitServerException(
              "it draws by weights called '%s' after it was given '%s'; is it shared with another run?"
                  .formatted(span.version(), published.name()));
        }
      }
    }
    verdict.check(published, answers);
  }

  /** Bound of an answer. */
  int mostBytes(Draw draw) {
    long tokens = (long) draw.count() * draw.sampling().maxNewTokens();
    long bytes = FIXED_BYTES + tokens * (TOKEN_BYTES + (long) CANDIDATE_BYTES * draw.candidates());
    return (int) Math.min(bytes, Integer.MAX_VALUE - 16);
  }
}
