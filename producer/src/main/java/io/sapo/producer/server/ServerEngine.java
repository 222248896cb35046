package io.sapo.producer.server;

import io.sapo.pictures.UnreadablePictureException;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.generation.GenerationRequest;
import io.sapo.policy.generation.Sampling;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.network.Weights;
import io.sapo.policy.profile.CheckpointProfile;
import io.sapo.producer.engine.EngineSettings;
import io.sapo.producer.engine.Outage;
import io.sapo.producer.engine.Outcome;
import io.sapo.producer.engine.RolloutEngine;
import io.sapo.producer.engine.TokenListener;
import io.sapo.producer.prompt.PictureChat;
import io.sapo.producer.prompt.PromptRefusedException;
import io.sapo.producer.server.AnswerReader.Reading;
import io.sapo.producer.server.InferenceServer.Asked;
import io.sapo.producer.server.ReportedDistribution.Mismatch;
import java.net.http.HttpClient;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Inference servers as an engine. A request goes to the server with the fewest that samples from
 * the newest weights; what a server does not bring to a good end goes to another, or to the same
 * later, under the same id and seed.
 *
 * <p>The methods of {@link RolloutEngine} are for one thread. One lock guards everything; answers
 * are read without it, on the client's threads.
 */
public final class ServerEngine implements RolloutEngine {
  private static final long ADVANCE_MS = 50;
  private static final int READERS = 4;
  private static final int KNOWN_VERSIONS = 1_000;

  private final Object lock = new Object();
  private final int slots;
  private final CompletionExchange exchange;
  private final WeightExchange weightExchange;
  private final ExecutorService readers;
  private final ServerPool servers;
  private final Optional<String> picturesObstacle;

  private final OpenRequests requests;
  private final Map<String, Long> versions = new LinkedHashMap<>();
  private Publication target;
  private boolean closed;

  /**
   * Connects to no server yet; each is looked for from the first weights on.
   *
   * @param base stays the caller's, as does the profile
   * @param slots responses asked for at a time, of all servers together
   * @param sampling how the run samples
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
    this.slots = slots;
    this.requests = new OpenRequests(lock, settings.entropyCandidates());
    ServedModel model =
        ServedModel.of(settings, checkpoint, base, profile, maxPromptTokens, sampling);
    this.exchange =
        new CompletionExchange(settings, new AnswerReader(model.check(), this::versionOf));
    this.weightExchange = model.exchange();
    this.picturesObstacle = model.picturesObstacle();
    this.readers = Executors.newFixedThreadPool(READERS, ServerEngine::daemon);
    HttpClient http = ServerClient.http(readers);
    this.servers =
        new ServerPool(
            settings.servers().stream()
                .map(address -> new ServerClient(http, address, settings.token()))
                .map(
                    client ->
                        new InferenceServer(
                            this, client, model.dialect(), model.handshake(), waits))
                .toList());
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "inference-answers");
    thread.setDaemon(true);
    return thread;
  }

  @Override
  public int freeSlots() {
    synchronized (lock) {
      return servers.anyAccepts(target) ? Math.max(0, slots - requests.running()) : 0;
    }
  }

  @Override
  public int running() {
    synchronized (lock) {
      return requests.unread();
    }
  }

  @Override
  public Optional<String> obstacle() {
    synchronized (lock) {
      return servers.anyAccepts(target) ? Optional.empty() : Optional.of(servers.reasons());
    }
  }

  @Override
  public Optional<Outage> outage() {
    synchronized (lock) {
      return target == null ? Optional.empty() : servers.outage(requests.running());
    }
  }

  @Override
  public void use(Weights weights, long version) {
    Publication next = weightExchange.publish(weights, version, this::isInUse);
    synchronized (lock) {
      boolean first = target == null;
      target = next;
      versions.put(next.name(), version);
      if (versions.size() > KNOWN_VERSIONS) {
        versions.remove(versions.keySet().iterator().next());
      }
      if (first) {
        servers.start();
      }
      servers.wake();
    }
  }

  private boolean isInUse(String weights) {
    synchronized (lock) {
      return servers.use(weights);
    }
  }

  @Override
  public void submit(GenerationRequest request) {
    submitBare(request, Optional.empty());
  }

  @Override
  public void submit(GenerationRequest request, TokenListener listener) {
    submitBare(request, Optional.of(listener));
  }

  private void submitBare(GenerationRequest request, Optional<TokenListener> listener) {
    submit(
        new OpenRequest(request, Optional.empty(), listener),
        request.prompt().pictures().isEmpty()
            ? Optional.empty()
            : Optional.of("its pictures are not there as they were"));
  }

  @Override
  public void submit(GenerationRequest request, ChatSource chat) {
    Optional<PictureChat> read = Optional.empty();
    Optional<String> obstacle = picturesObstacle;
    if (obstacle.isEmpty()) {
      try {
        read = Optional.of(chat.read());
      } catch (PromptRefusedException | UnreadablePictureException e) {
        obstacle = Optional.of(e.getMessage());
      }
    }
    submit(new OpenRequest(request, read, Optional.empty()), obstacle);
  }

  /**
   * @param obstacle why it cannot be generated
   */
  private void submit(OpenRequest open, Optional<String> obstacle) {
    synchronized (lock) {
      if (obstacle.isPresent()) {
        requests.addRefused(open, obstacle.get());
      } else {
        requests.add(open);
        dispatch();
      }
    }
  }

  @Override
  public List<Outcome> advance() {
    synchronized (lock) {
      if (requests.running() > 0 && requests.unread() == requests.running()) {
        try {
          lock.wait(ADVANCE_MS);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
      return requests.takeEnded();
    }
  }

  @Override
  public void close() {
    synchronized (lock) {
      closed = true;
    }
    servers.close();
    readers.shutdownNow();
    weightExchange.close();
  }

  Object lock() {
    return lock;
  }

  /** Under the lock. */
  OpenRequests requests() {
    return requests;
  }

  /** The weights that servers are to sample from. Under the lock. */
  Publication target() {
    return target;
  }

  /**
   * Sends what waits to the servers that can take it; refuses what none of them can. Under the
   * lock.
   */
  void dispatch() {
    if (closed || !servers.anyAccepts(target)) {
      return;
    }
    for (OpenRequest open : requests.waiting()) {
      Sampling sampling = open.request().sampling();
      Optional<InferenceServer> free = servers.leastBusy(target, sampling);
      Optional<Mismatch> mismatch =
          free.isPresent() ? Optional.empty() : servers.mismatch(sampling);
      if (free.isPresent() && requests.take(open)) {
        send(open, free.get());
      } else if (mismatch.isPresent() && requests.take(open)) {
        requests.refused(open, mismatch.get());
      }
    }
  }

  private void send(OpenRequest open, InferenceServer server) {
    Asked asked = server.begin();
    var unused =
        exchange
            .ask(server, asked, open)
            .thenAccept(reading -> arrived(server, asked, open, reading));
  }

  private void arrived(InferenceServer server, Asked asked, OpenRequest open, Reading reading) {
    synchronized (lock) {
      server.end(asked);
      if (closed) {
        return;
      }
      if (reading instanceof Reading.Generated generated) {
        server.generated(open, generated.generation(), generated.names());
      } else if (reading instanceof Reading.OtherStop other) {
        againUnless(open.refused(), open, server, other.reason());
      } else if (reading instanceof Reading.Refused refused) {
        server.answerRefused(refused.reason());
        againUnless(open.refused(), open, server, refused.reason());
      } else if (reading instanceof Reading.OtherPrompt other) {
        requests.refused(open, server.client().address() + ": " + other.reason());
      } else if (reading instanceof Reading.Failed failed) {
        server.suspect(failed.reason());
        againUnless(open.failed(), open, server, failed.reason());
      } else if (reading instanceof Reading.Away away) {
        server.suspect(away.reason());
        requests.again(open);
      }
      dispatch();
    }
  }

  private Optional<Long> versionOf(String name) {
    synchronized (lock) {
      return Optional.ofNullable(versions.get(name));
    }
  }

  private void againUnless(
      boolean enough, OpenRequest open, InferenceServer server, String reason) {
    if (enough) {
      requests.refused(open, server.client().address() + ": " + reason);
    } else {
      requests.again(open);
    }
  }
}
