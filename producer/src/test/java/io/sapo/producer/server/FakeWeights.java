package io.sapo.producer.server;

import io.sapo.policy.layout.Head;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.network.Network;
import io.sapo.policy.network.TokenSequence;
import io.sapo.policy.network.Weights;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * The weights that a {@link FakeServer} was given, by name, and the network that samples from them.
 */
final class FakeWeights implements AutoCloseable {
  private final BaseModel base;
  private final boolean keepsFirst;
  private final Network network;
  private final Weights bare;
  private final Map<String, Weights> byName = new ConcurrentHashMap<>();
  private final List<Weights> owned = new ArrayList<>();
  private Weights newest;
  private final ReadWriteLock lock = new ReentrantReadWriteLock(true);

  /**
   * @param base stays the caller's
   * @param keepsFirst whether it goes on with the first ones under the names of later ones
   */
  FakeWeights(BaseModel base, boolean keepsFirst) {
    this.base = base;
    this.keepsFirst = keepsFirst;
    network = Network.load(base.config(), Head.LANGUAGE_MODEL, base.device());
    bare = Weights.ofBase(base);
  }

  /** Held for reading while a token is sampled, for writing while weights change. */
  ReadWriteLock lock() {
    return lock;
  }

  void take(String name, Weights read) {
    lock.writeLock().lock();
    try {
      owned.add(read);
      newest = newest != null && keepsFirst ? newest : read;
      byName.put(name, newest);
    } finally {
      lock.writeLock().unlock();
    }
  }

  boolean remove(String name) {
    return byName.remove(name) != null;
  }

  boolean has(String name) {
    return byName.containsKey(name);
  }

  Set<String> names() {
    return byName.keySet();
  }

  int vocabularySize() {
    return base.config().vocabSize();
  }

  /** Of all places; by the base alone where there are no weights of that name. */
  float[] logits(String name, TokenSequence sequence) {
    return network.logits(byName.getOrDefault(name, bare), List.of(sequence));
  }

  @Override
  public void close() {
    owned.forEach(Weights::close);
    bare.close();
    network.close();
  }
}
