package io.sapo.producer.gateway;

import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.generation.Generation;
import io.sapo.policy.generation.GenerationRequest;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.network.TokenSequence;
import io.sapo.policy.profile.CheckpointProfile;
import io.sapo.producer.Engines;
import io.sapo.producer.ProducerConfig;
import io.sapo.producer.engine.Outcome;
import io.sapo.producer.engine.RolloutEngine;
import io.sapo.producer.gateway.ChatRequest.Message;
import io.sapo.producer.gateway.ChatRequest.Reference;
import io.sapo.producer.gateway.GatewayException.Kind;
import io.sapo.producer.rollout.Resources;
import io.sapo.producer.rollout.RolloutSeed;
import io.sapo.producer.rollout.WeightsInUse;
import io.sapo.producer.weights.WeightFollower;
import io.sapo.schemas.ProducerClients;
import io.sapo.schemas.Topics;
import io.sapo.schemas.Trajectory;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.Producer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Draws turns of conversations that others lead, and publishes each conversation as one trajectory
 * once its reward is known or somebody can judge it. Thread-safe, but for starting and closing.
 *
 * <p>A conversation is in memory until then: one that is under way when the process ends is lost,
 * as what is in generation is with every producer.
 */
public final class Gateway implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Gateway.class);
  private static final String ASSISTANT = "assistant";
  private static final String GIVEN = "given";
  private static final int REMEMBERED_REWARDS = 10_000;
  private static final Duration SWEEP_LEAST = Duration.ofMillis(100);

  private final ProducerConfig config;
  private final Topics topics;
  private final Clock clock;
  private final Resources resources = new Resources();
  private final CheckpointProfile profile;
  private final TurnPrompts prompts;
  private final Conversations conversations;
  private final WeightFollower follower;
  private final DrawingThread drawing;
  private final Producer<byte[], byte[]> producer;
  private final ScheduledExecutorService sweeper;
  private final SecureRandom ids = new SecureRandom();
  private final Map<String, Reward> rewarded = new LinkedHashMap<>();
  private final CompletableFuture<Void> failed = new CompletableFuture<>();
  private long given;
  private long judged;
  private long dropped;

  private record Reward(double value, CompletableFuture<Void> published) {}

  /**
   * Loads the model and connects; draws nothing yet.
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
    this.topics = topics;
    this.clock = Clock.systemUTC();
    this.conversations = new Conversations(limits.conversations(), limits.idle());
    try {
      profile = resources.add(CheckpointProfile.open(checkpoint, config.profile()));
      prompts = new TurnPrompts(profile);
      RolloutEngine engine = resources.add(Engines.open(config, checkpoint, base, profile));
      producer = resources.add(ProducerClients.patient(clientConfig, Map.of()));
      follower = resources.add(new WeightFollower(clientConfig, topics, base, () -> {}));
      WeightsInUse weights = resources.add(new WeightsInUse(follower::take, config.uptake()));
      drawing = new DrawingThread(engine, weights, limits.waiting());
    } catch (RuntimeException | Error e) {
      resources.close();
      throw e;
    }
    sweeper =
        Executors.newSingleThreadScheduledExecutor(
            work -> {
              Thread thread = new Thread(work, "gateway-sweeper");
              thread.setDaemon(true);
              return thread;
            });
    long every = Math.max(SWEEP_LEAST.toMillis(), limits.idle().toMillis() / 10);
    var unused = sweeper.scheduleWithFixedDelay(this::sweep, every, every, TimeUnit.MILLISECONDS);
  }

  /** Begins to follow the weights and to draw; once. */
  public void start() {
    follower.failure().thenAccept(failed::completeExceptionally);
    drawing.done().whenComplete((done, problem) -> ended(problem));
    follower.start();
    drawing.start();
  }

  private void ended(Throwable problem) {
    if (problem == null) {
      failed.complete(null);
    } else {
      failed.completeExceptionally(problem);
    }
  }

  /** Completes when it could draw for the first time; never fails. */
  public CompletableFuture<Void> ready() {
    return drawing.ready();
  }

  /** Completes when it draws no more: normally after {@link #close}, else with the cause. */
  public CompletableFuture<Void> done() {
    return failed;
  }

  /** How turns are drawn where a caller does not say. */
  public ProducerConfig config() {
    return config;
  }

  /**
   * Draws the next turn of a conversation, which is known again by what was said.
   *
   * @return fails with {@link GatewayException}
   */
  public CompletableFuture<ChatReply> chat(ChatRequest request) {
    try {
      return draw(request, turn(request));
    } catch (GatewayException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /**
   * What is to be drawn.
   *
   * @param said tokens between the last answer and this one
   * @param prompt all tokens before this one
   */
  private record Turn(Conversation conversation, int[] said, int[] prompt) {}

  private Turn turn(ChatRequest request) {
    List<Message> messages = request.messages();
    int last = messages.size() - 1;
    while (last >= 0 && !messages.get(last).role().equals(ASSISTANT)) {
      last--;
    }
    Optional<Conversation> known =
        last < 0
            ? Optional.empty()
            : conversations.take(messages.subList(0, last + 1), request.sampling());
    if (known.isPresent()) {
      Optional<Turn> next = next(known.get(), messages, last);
      if (next.isPresent()) {
        return next.get();
      }
    }
    int[] tokens = prompts.first(messages);
    requireRoom(tokens.length);
    Conversation fresh =
        new Conversation(newId(), shown(messages), tokens, request.sampling(), clock.millis());
    return new Turn(fresh, new int[0], tokens);
  }

  /** Puts the conversation back unless it goes on. */
  private Optional<Turn> next(Conversation known, List<Message> messages, int last) {
    boolean goesOn = false;
    try {
      int[] sofar = known.tokens();
      int[] drawn = known.pieces().get(known.pieces().size() - 1).tokens();
      Optional<int[]> said = prompts.next(messages, last, drawn);
      if (said.isEmpty()) {
        return Optional.empty();
      }
      int[] prompt = Arrays.copyOf(sofar, sofar.length + said.get().length);
      System.arraycopy(said.get(), 0, prompt, sofar.length, said.get().length);
      requireRoom(prompt.length);
      goesOn = true;
      return Optional.of(new Turn(known, said.get(), prompt));
    } finally {
      if (!goesOn) {
        keep(known);
      }
    }
  }

  private void requireRoom(int tokens) {
    if (tokens > config.maxPromptTokens()) {
      throw new GatewayException(
          Kind.BAD_REQUEST,
          "the conversation has %d tokens, at most %d are taken (model.max-prompt-tokens)"
              .formatted(tokens, config.maxPromptTokens()));
    }
  }

  private static String shown(List<Message> messages) {
    StringBuilder text = new StringBuilder();
    for (Message message : messages) {
      text.append(text.length() == 0 ? "" : "\n").append(message.text());
    }
    return text.toString();
  }

  private String newId() {
    byte[] random = new byte[12];
    ids.nextBytes(random);
    return config.instance() + "-" + HexFormat.of().formatHex(random);
  }

  private CompletableFuture<ChatReply> draw(ChatRequest request, Turn turn) {
    Conversation conversation = turn.conversation();
    int number = conversation.turns();
    String id = conversation.id() + "/" + number;
    long seed = request.seed().orElse(RolloutSeed.of(config.seed(), conversation.id(), number));
    return drawing
        .draw(
            new GenerationRequest(
                id, TokenSequence.text(turn.prompt(), new int[0]), request.sampling(), seed))
        .handle(
            (outcome, problem) -> {
              if (problem == null && outcome instanceof Outcome.Drawn drawn) {
                return answered(request, turn, id, seed, drawn);
              }
              if (number > 0) {
                keep(conversation);
              }
              throw problem instanceof GatewayException known
                  ? known
                  : new GatewayException(
                      Kind.FAILED,
                      outcome instanceof Outcome.Refused refused
                          ? refused.reason()
                          : "drawing failed: " + problem.getMessage());
            });
  }

  private ChatReply answered(
      ChatRequest request, Turn turn, String id, long seed, Outcome.Drawn drawn) {
    Generation generation = drawn.generation();
    String text = profile.tokenizer().decodeResponse(generation.tokens()).text();
    List<Message> said = new ArrayList<>(request.messages());
    said.add(new Message(ASSISTANT, text));
    turn.conversation()
        .add(
            turn.said(),
            generation,
            drawn.entropyCandidates(),
            seed,
            said,
            request.reference(),
            System.nanoTime());
    keep(turn.conversation());
    return new ChatReply(
        id, text, generation.finishReason(), turn.prompt().length, generation.tokens().length);
  }

  private void keep(Conversation conversation) {
    conversations.put(conversation).forEach(this::over);
  }

  /**
   * Ends a conversation with a reward; the same one again is no other.
   *
   * @param id of the conversation or of one of its turns
   * @return completes when the trajectory is in the log; fails with {@link GatewayException}
   */
  public CompletableFuture<Void> reward(String id, double value) {
    int slash = id.lastIndexOf('/');
    String conversationId = slash < 0 ? id : id.substring(0, slash);
    synchronized (rewarded) {
      Reward before = rewarded.get(conversationId);
      if (before != null) {
        return before.value() == value
            ? before.published()
            : CompletableFuture.failedFuture(
                new GatewayException(
                    Kind.BAD_REQUEST,
                    "%s was given the reward %s before".formatted(conversationId, before.value())));
      }
      Optional<Conversation> found = conversations.take(conversationId);
      if (found.isEmpty()) {
        return CompletableFuture.failedFuture(
            new GatewayException(
                Kind.NOT_FOUND,
                "there is no conversation %s: it is unknown or over, or a turn of it is being drawn"
                    .formatted(conversationId)));
      }
      given++;
      CompletableFuture<Void> published =
          publish(found.get(), new Reference(Double.toString(value), GIVEN));
      rewarded.put(conversationId, new Reward(value, published));
      if (rewarded.size() > REMEMBERED_REWARDS) {
        rewarded.remove(rewarded.keySet().iterator().next());
      }
      return published;
    }
  }

  private void sweep() {
    try {
      conversations.takeOver(Optional.of(System.nanoTime())).forEach(this::over);
    } catch (RuntimeException e) {
      log.error("idle conversations are not looked at", e);
    }
  }

  /** Publishes a conversation that can be judged; drops one that cannot. */
  private void over(Conversation conversation) {
    Optional<Reference> reference = conversation.reference();
    if (reference.isPresent()) {
      synchronized (rewarded) {
        judged++;
      }
      publish(conversation, reference.get());
    } else {
      synchronized (rewarded) {
        dropped++;
      }
      log.info(
          "conversation {} of {} turns is dropped: it got no reward, and names no answer to judge by",
          conversation.id(),
          conversation.turns());
    }
  }

  private CompletableFuture<Void> publish(Conversation conversation, Reference reference) {
    Trajectory trajectory =
        ConversationRecord.of(
            conversation, reference, config.instance(), profile.tokenizer(), clock.millis());
    CompletableFuture<Void> published = new CompletableFuture<>();
    var unused =
        producer.send(
            topics.trajectories().record(trajectory.getGroupId(), trajectory),
            (metadata, problem) -> {
              if (problem == null) {
                published.complete(null);
              } else {
                log.error("conversation {} cannot be published", conversation.id(), problem);
                published.completeExceptionally(
                    new GatewayException(
                        Kind.FAILED, "it cannot be published: " + problem.getMessage()));
              }
            });
    return published;
  }

  /** Conversations by their fate so far. */
  public Map<String, Long> counts() {
    synchronized (rewarded) {
      Map<String, Long> counts = new LinkedHashMap<>();
      counts.put("open", (long) conversations.size());
      counts.put("rewarded", given);
      counts.put("left_to_a_verifier", judged);
      counts.put("dropped", dropped);
      return counts;
    }
  }

  /** Version drawn by; -1 while there is none. */
  public long version() {
    return drawing.version();
  }

  /** Why nothing is drawn; empty text for nothing. */
  public String obstacle() {
    return drawing.obstacle();
  }

  /** Ends within ten seconds; conversations that can be judged are published. */
  @Override
  public void close() {
    sweeper.shutdownNow();
    boolean ended = drawing.stop();
    conversations.takeOver(Optional.empty()).forEach(this::over);
    producer.flush();
    if (ended) {
      resources.close();
    } else {
      log.error("the drawing thread did not end in time; its memory is left");
    }
  }
}
