package io.sapo.producer.rollout;

import io.sapo.policy.network.TokenSequence;
import io.sapo.producer.engine.RolloutEngine.ChatSource;
import io.sapo.schemas.Task;
import java.util.concurrent.atomic.AtomicInteger;

/** The rollouts of one task, which share a group id. */
final class RolloutGroup {
  private final String id;
  private final Task task;
  private final TokenSequence prompt;
  private final ChatSource chat;
  private final int size;
  private final AtomicInteger unpublished;
  private int started;

  /**
   * @param chat of the prompt
   */
  RolloutGroup(String id, Task task, TokenSequence prompt, ChatSource chat, int size) {
    this.id = id;
    this.task = task;
    this.prompt = prompt;
    this.chat = chat;
    this.size = size;
    this.unpublished = new AtomicInteger(size);
  }

  String id() {
    return id;
  }

  Task task() {
    return task;
  }

  TokenSequence prompt() {
    return prompt;
  }

  ChatSource chat() {
    return chat;
  }

  int size() {
    return size;
  }

  boolean hasNext() {
    return started < size;
  }

  boolean begun() {
    return started > 0;
  }

  /** The next rollout to start; for the rollout thread only. */
  Rollout next(long producerSeed, long nowMs) {
    int index = started++;
    return new Rollout(this, index, RolloutSeed.of(producerSeed, task.getTaskId(), index), nowMs);
  }

  /** Notes that one member is in the log; true for the last one. From any thread. */
  boolean published() {
    return unpublished.decrementAndGet() == 0;
  }
}
