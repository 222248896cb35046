package io.sapo.producer.gateway;

import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.profile.CheckpointProfile;
import io.sapo.producer.Engines;
import io.sapo.producer.ProducerConfig;
import io.sapo.producer.engine.RolloutEngine;
import io.sapo.producer.gateway.GatewayException.Kind;
import io.sapo.producer.rollout.Closer;
import io.sapo.producer.rollout.TrajectorySender;
import io.sapo.producer.rollout.WeightsInUse;
import io.sapo.producer.weights.WeightFollower;
import io.sapo.schemas.Heartbeats;
import io.sapo.schemas.Topics;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Generates the assistant's turns of conversations that clients lead, and publishes each
 * conversation as one trajectory once its reward is known or a verifier can judge it. Thread-safe,
 * but for starting and closing.
 *
 * <p>A conversation is in memory until then: one that is under way when the process ends is lost,
 * as what is in generation is with every producer.
 */
public final class Gateway implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Gateway.class);

  private static final Duration SWEEP_LEAST = Duration.ofMillis(100);

  /** For the last conversations to be handed to the Kafka client at the end. */
  private static final Duration PUBLISH_WITHIN = Duration.ofSeconds(2);

  private final ProducerConfig config;
  private final Closer resources = new Closer();
  private final CheckpointProfile profile;
  private final Conversations conversations;
  private final Turns turns;
  private final TrajectorySender sender;
  private final ConversationPublisher publisher;
  private final WeightFollower follower;
  private final GenerationThread thread;
  private final TurnGeneration generation;
  private final Heartbeats heartbeats;

  /** Its one thread publishes, and may wait for a broker; see {@link TrajectorySender}. */
  private final ExecutorService publishing;

  /** Its one thread looks for idle conversations, and waits for nothing. */
  private final ScheduledExecutorService sweeping;

  private final CompletableFuture<Void> failed = new CompletableFuture<>();

  /**
   * Loads the model and connects; generates nothing yet.
   *
   * @param config engine, limits and sampling; its tasks are not looked at
   * @param base stays the caller's
   * @throws IllegalArgumentException when config and model do not fit
   */
  public static Gateway open(
      ProducerConfig config,
      GatewayLimits limits,
      CheckpointFolder checkpoint,
      BaseModel base,
      Topics topics,
      Map<String, Object> clientConfig) {
    return new Gateway(config, limits, checkpoint, base, topics, clientConfig);
  }

  private Gateway(
      ProducerConfig config,
      GatewayLimits limits,
      CheckpointFolder checkpoint,
      BaseModel base,
      Topics topics,
      Map<String, Object> clientConfig) {
    this.config = config;
    Clock clock = Clock.systemUTC();
    this.conversations =
        new Conversations(limits.conversations(), limits.conversationBytes(), limits.idle());
    try {
      profile = resources.add(CheckpointProfile.open(checkpoint, config.prompts().profile()));
      turns =
          new Turns(
              new TurnPrompts(profile),
              conversations,
              config.prompts().maxTokens(),
              config.heartbeats().instance(),
              clock);
      RolloutEngine engine = resources.add(Engines.open(config, checkpoint, base, profile));
      sender = resources.add(new TrajectorySender(clientConfig, topics));
      publisher =
          new ConversationPublisher(
              conversations,
              sender,
              topics.trajectories().name(),
              profile.tokenizer(),
              config.heartbeats().instance(),
              clock);
      follower = resources.add(new WeightFollower(clientConfig, topics, base, () -> {}));
      WeightsInUse weights =
          resources.add(new WeightsInUse(follower::take, config.rollouts().uptake()));
      thread = new GenerationThread(engine, weights, limits.waiting());
      generation = new TurnGeneration(config.seed(), turns, thread, conversations, this::publish);
      heartbeats =
          new Heartbeats(
              clientConfig,
              topics,
              "gateway-status-" + config.heartbeats().instance(),
              new GatewayStatus(config, this, clock)::now);
    } catch (RuntimeException | Error e) {
      resources.close();
      throw e;
    }
    publishing = Executors.newSingleThreadExecutor(work -> daemon(work, "gateway-publisher"));
    sweeping = Executors.newSingleThreadScheduledExecutor(work -> daemon(work, "gateway-sweeper"));
    long every = Math.max(SWEEP_LEAST.toMillis(), limits.idle().toMillis() / 10);
    var unused = sweeping.scheduleWithFixedDelay(this::sweep, every, every, TimeUnit.MILLISECONDS);
  }

  private static Thread daemon(Runnable work, String name) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    return thread;
  }

  /** Begins to follow the weights, to generate and to report; once. */
  public void start() {
    follower.failure().thenAccept(failed::completeExceptionally);
    thread.done().whenComplete((done, problem) -> ended(problem));
    follower.start();
    heartbeats.start(config.heartbeats().interval());
    thread.start();
  }

  private void ended(Throwable problem) {
    if (problem == null) {
      failed.complete(null);
    } else {
      failed.completeExceptionally(problem);
    }
  }

  /** Completes when it can generate for the first time; never fails. */
  public CompletableFuture<Void> ready() {
    return thread.ready();
  }

  /**
   * Completes when it has stopped generating: normally after {@link #close}, else with the cause.
   */
  public CompletableFuture<Void> done() {
    return failed;
  }

  /** Sampling where a request does not specify it. */
  public ProducerConfig config() {
    return config;
  }

  /**
   * Generates the next turn of a conversation, which is known again by what was said.
   *
   * @return fails with {@link GatewayException}
   */
  public CompletableFuture<ChatReply> chat(ChatRequest request) {
    try {
      return generation.generate(request, turn(request), Optional.empty());
    } catch (GatewayException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private Turns.Turn turn(ChatRequest request) {
    if (conversations.full()) {
      throw new GatewayException(
          Kind.BUSY,
          "conversations that are over take the memory for new ones until the broker takes them");
    }
    return turns.of(request);
  }

  /**
   * As {@link #chat}, to be read while it is generated. The turn is generated to its end and
   * recorded whether it is read or not.
   *
   * @param news called from any thread whenever there is more to read; must not wait for anything
   */
  public ChatStream stream(ChatRequest request, Runnable news) {
    StreamedTurn stream =
        request.tools().isEmpty()
            ? new StreamedTurn(turns.texts(request), news)
            : StreamedTurn.atTheEnd(turns.texts(request), news);
    CompletableFuture<ChatReply> reply;
    try {
      reply = generation.generate(request, turn(request), Optional.of(stream));
    } catch (GatewayException e) {
      reply = CompletableFuture.failedFuture(e);
    }
    reply.whenComplete(
        (whole, problem) -> {
          if (problem == null) {
            stream.reply().complete(whole);
          } else {
            stream.reply().completeExceptionally(problem);
          }
        });
    return stream;
  }

  /**
   * Ends a conversation with a reward; the same one again is no other. Does not wait, so that an
   * event loop may call it.
   *
   * @param id of the conversation or of one of its turns
   * @return completes when the trajectory is in the log; fails with {@link GatewayException}
   */
  public CompletableFuture<Void> reward(String id, double value) {
    try {
      return CompletableFuture.supplyAsync(() -> publisher.reward(id, value), publishing)
          .thenCompose(published -> published);
    } catch (RejectedExecutionException e) {
      return CompletableFuture.failedFuture(GenerationThread.ending());
    }
  }

  /** From any thread; does not wait. */
  private void publish(List<Conversation> over) {
    List<Conversation> judged = new ArrayList<>();
    for (Conversation conversation : over) {
      if (conversation.reference().isPresent()) {
        judged.add(conversation);
      } else {
        publisher.over(conversation);
      }
    }
    if (judged.isEmpty()) {
      return;
    }
    try {
      publishing.execute(() -> send(judged));
    } catch (RejectedExecutionException e) {
      log.warn("{} conversations that ended while the gateway did are lost", judged.size());
    }
  }

  private void send(List<Conversation> judged) {
    try {
      judged.forEach(publisher::over);
    } catch (Error e) {
      failed.completeExceptionally(e);
      throw e;
    }
  }

  private void sweep() {
    try {
      publish(conversations.takeOver(Optional.of(System.nanoTime())));
    } catch (RuntimeException e) {
      log.error("idle conversations are not looked at", e);
    } catch (Error e) {
      failed.completeExceptionally(e);
      throw e;
    }
  }

  /** Conversations by their fate so far. */
  public Map<String, Long> counts() {
    return publisher.counts();
  }

  /** Version in use; -1 while there is none. */
  public long version() {
    return thread.version();
  }

  /** Why nothing is generated; empty where that is not so. */
  public String obstacle() {
    return thread.obstacle();
  }

  /**
   * Ends within ten seconds; conversations that can be judged are published, if the broker takes
   * them in that time.
   */
  @Override
  public void close() {
    if (publishing.isShutdown()) {
      return;
    }
    sweeping.shutdownNow();
    boolean ended = thread.stop();
    try {
      publishRest();
      sender.close();
      if (ended) {
        resources.close();
      } else {
        log.error("the generation thread did not end in time; its memory is left");
      }
    } finally {
      heartbeats.close();
    }
  }

  private void publishRest() {
    publishing.execute(() -> conversations.takeOver(Optional.empty()).forEach(publisher::over));
    publishing.shutdown();
    try {
      if (!publishing.awaitTermination(PUBLISH_WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
        log.error("the broker does not answer; conversations that have ended are lost");
        publishing.shutdownNow();
      }
    } catch (InterruptedException e) {
      publishing.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
