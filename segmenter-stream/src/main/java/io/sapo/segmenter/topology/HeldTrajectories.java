package io.sapo.segmenter.topology;

import io.sapo.schemas.Judgement;
import io.sapo.schemas.Topics;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Trajectories that wait for verdicts, by group and id, with the verdicts that have come: those are
 * kept under the key of their trajectory and the judge's name.
 */
record HeldTrajectories(KeyValueStore<String, byte[]> store, Topics topics) {

  /**
   * Whether rollouts of a group wait for judges.
   *
   * @param store as {@link Nodes#HELD}
   */
  static boolean anyOf(KeyValueStore<String, byte[]> store, String groupId) {
    try (KeyValueIterator<String, byte[]> some =
        store.prefixScan(groupId + Group.SEPARATOR, new StringSerializer())) {
      return some.hasNext();
    }
  }

  static String key(String groupId, String trajectoryId) {
    return groupId + Group.SEPARATOR + trajectoryId;
  }

  private static boolean isTrajectory(String key) {
    return key.indexOf(Group.SEPARATOR) == key.lastIndexOf(Group.SEPARATOR);
  }

  void forEach(BiConsumer<String, Held> action) {
    try (KeyValueIterator<String, byte[]> all = store.all()) {
      while (all.hasNext()) {
        KeyValue<String, byte[]> one = all.next();
        if (isTrajectory(one.key)) {
          action.accept(one.key, held(one.value));
        }
      }
    }
  }

  Optional<Held> get(String key) {
    return isTrajectory(key)
        ? Optional.ofNullable(store.get(key)).map(this::held)
        : Optional.empty();
  }

  void put(String key, Held held) {
    store.put(key, held.toBytes());
  }

  /**
   * @param verdict encoded
   */
  void putVerdict(String key, String judge, byte[] verdict) {
    store.put(key + Group.SEPARATOR + judge, verdict);
  }

  /** Of one trajectory, by the judges' names. */
  List<Judgement> judgements(String key) {
    List<Judgement> judgements = new ArrayList<>();
    try (KeyValueIterator<String, byte[]> all = verdicts(key)) {
      while (all.hasNext()) {
        judgements.add(topics.verdicts().codec().decode(all.next().value).getJudgement());
      }
    }
    return judgements;
  }

  /** The trajectory and its verdicts. */
  void delete(String key) {
    List<String> gone = new ArrayList<>(List.of(key));
    try (KeyValueIterator<String, byte[]> all = verdicts(key)) {
      while (all.hasNext()) {
        gone.add(all.next().key);
      }
    }
    gone.forEach(store::delete);
  }

  private KeyValueIterator<String, byte[]> verdicts(String key) {
    return store.prefixScan(key + Group.SEPARATOR, new StringSerializer());
  }

  private Held held(byte[] bytes) {
    return Held.fromBytes(topics.trajectories().name(), bytes);
  }
}
