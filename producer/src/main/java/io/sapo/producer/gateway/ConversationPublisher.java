package io.sapo.producer.gateway;

import io.sapo.policy.text.Tokenizer;
import io.sapo.producer.gateway.ChatRequest.Reference;
import io.sapo.producer.gateway.GatewayException.Kind;
import io.sapo.producer.rollout.TrajectorySender;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes finished conversations: with the reward that was given, or for a verifier where a
 * request named a reference answer. Publishing may wait for an absent broker; the counts do not.
 * Thread-safe.
 */
final class ConversationPublisher {
  private static final Logger log = LoggerFactory.getLogger(ConversationPublisher.class);

  /** Of the counts: conversations whose fate is not known yet. */
  static final String OPEN = "open";

  private static final String GIVEN = "given";
  private static final int REMEMBERED_REWARDS = 10_000;

  private final Conversations conversations;
  private final TrajectorySender sender;
  private final String topic;
  private final Tokenizer tokenizer;
  private final String instance;
  private final Clock clock;

  /** By conversation, the eldest first; guards the counts as well. */
  private final Map<String, Reward> rewarded = new LinkedHashMap<>();

  private long given;
  private long judged;
  private long dropped;

  private record Reward(double value, CompletableFuture<Void> published) {}

  /**
   * @param sender stays the caller's, as does the tokenizer
   * @param topic of trajectories, by its name
   */
  ConversationPublisher(
      Conversations conversations,
      TrajectorySender sender,
      String topic,
      Tokenizer tokenizer,
      String instance,
      Clock clock) {
    this.conversations = conversations;
    this.sender = sender;
    this.topic = topic;
    this.tokenizer = tokenizer;
    this.instance = instance;
    this.clock = clock;
  }

  /**
   * Ends a conversation with a reward; the same one again is no other.
   *
   * @param id of the conversation or of one of its turns
   * @return completes when the trajectory is in the log; fails with {@link GatewayException}, and
   *     if the log did not take it the conversation is open again if there is room
   */
  CompletableFuture<Void> reward(String id, double value) {
    int slash = id.lastIndexOf('/');
    String conversationId = slash < 0 ? id : id.substring(0, slash);
    Conversation conversation;
    CompletableFuture<Void> published = new CompletableFuture<>();
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
                "there is no conversation %s: it is unknown or over, or a turn of it is being generated"
                    .formatted(conversationId)));
      }
      conversation = found.get();
      given++;
      rewarded.put(conversationId, new Reward(value, published));
      if (rewarded.size() > REMEMBERED_REWARDS) {
        rewarded.remove(rewarded.keySet().iterator().next());
      }
    }
    publish(conversation, new Reference(Double.toString(value), GIVEN), published);
    return published;
  }

  /**
   * Publishes a conversation that can be judged; drops one that cannot, without waiting. Either way
   * {@link Conversations#gone} is told when it is out of memory.
   */
  void over(Conversation conversation) {
    Optional<Reference> reference = conversation.reference();
    if (reference.isPresent()) {
      synchronized (rewarded) {
        judged++;
      }
      CompletableFuture<Void> published = new CompletableFuture<>();
      var unused = published.whenComplete((done, problem) -> conversations.gone(conversation));
      publish(conversation, reference.get(), published);
    } else {
      synchronized (rewarded) {
        dropped++;
      }
      conversations.gone(conversation);
      log.info(
          "conversation {} of {} turns is dropped: it got no reward, and names no answer to judge by",
          conversation.id(),
          conversation.turns());
    }
  }

  /**
   * @param published fails where it is not; never throws, so that one conversation costs no other
   */
  private void publish(
      Conversation conversation, Reference reference, CompletableFuture<Void> published) {
    try {
      sender.send(
          ConversationRecord.of(conversation, reference, instance, tokenizer, clock.millis()),
          (metadata, problem) -> {
            if (problem != null) {
              fail(conversation, published, problem);
            } else if (metadata.topic().equals(topic)) {
              published.complete(null);
            } else {
              published.completeExceptionally(
                  new GatewayException(
                      Kind.FAILED,
                      "%s is too large to be published, and is a dead letter"
                          .formatted(conversation.id())));
            }
          });
    } catch (RuntimeException e) {
      fail(conversation, published, e);
    }
  }

  /** What the log did not take can be given its reward again, as far as there is room for it. */
  private void reopen(Conversation conversation, CompletableFuture<Void> published) {
    synchronized (rewarded) {
      Reward reward = rewarded.get(conversation.id());
      if (reward != null
          && reward.published() == published
          && conversations.reopen(conversation, System.nanoTime())) {
        rewarded.remove(conversation.id());
        given--;
      }
    }
  }

  private void fail(
      Conversation conversation, CompletableFuture<Void> published, Exception problem) {
    log.error("conversation {} cannot be published", conversation.id(), problem);
    reopen(conversation, published);
    published.completeExceptionally(
        new GatewayException(Kind.FAILED, "it cannot be published: " + problem.getMessage()));
  }

  /** Conversations by their fate so far. */
  Map<String, Long> counts() {
    synchronized (rewarded) {
      Map<String, Long> counts = new LinkedHashMap<>();
      counts.put(OPEN, (long) conversations.size());
      counts.put("rewarded", given);
      counts.put("left_to_a_verifier", judged);
      counts.put("dropped", dropped);
      return counts;
    }
  }
}
