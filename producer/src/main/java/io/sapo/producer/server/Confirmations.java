package io.sapo.producer.server;

import io.sapo.policy.generation.Generation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Which weight versions a server is known to generate with. Responses of a version that was loaded
 * but is not verified yet are held until it is, or are generated again. Guarded by the engine's
 * lock.
 */
final class Confirmations {
  private final OpenRequests requests;
  private final Map<String, Publication> confirmed = new LinkedHashMap<>();
  private final List<Held> held = new ArrayList<>();

  /** From before it is loaded until it is confirmed. */
  private Publication loading;

  /** A response by weights that are still to be confirmed. */
  private record Held(OpenRequest open, Generation generation, List<String> names) {}

  Confirmations(OpenRequests requests) {
    this.requests = requests;
  }

  /** These weights are about to be loaded. */
  void expect(Publication weights) {
    loading = weights;
  }

  /** Whether the weights of that name are being loaded, or still to be confirmed. */
  boolean isLoading(String name) {
    return loading != null && loading.name().equals(name);
  }

  /** The server has proved that it samples from the weights expected. */
  void confirm(Publication weights) {
    confirmed.put(weights.name(), weights);
    abandon();
  }

  /** The weights expected will not be confirmed, if they have not been. */
  void abandon() {
    loading = null;
    letHeldGo();
  }

  /** Nothing is known of the server any more. */
  void clear() {
    confirmed.clear();
    abandon();
  }

  /**
   * Takes a response that is right in itself.
   *
   * @param names of the weights that its tokens are by
   * @param suspect whether the server is; nothing is held for one
   */
  void take(OpenRequest open, Generation generation, List<String> names, boolean suspect) {
    if (confirmed.keySet().containsAll(names)) {
      requests.generated(open, generation);
    } else if (!suspect && loading != null && onlyLoadingIsOpen(names)) {
      held.add(new Held(open, generation, names));
    } else {
      requests.again(open);
    }
  }

  private boolean onlyLoadingIsOpen(List<String> names) {
    return names.stream()
        .allMatch(name -> confirmed.containsKey(name) || name.equals(loading.name()));
  }

  /** Those held that are confirmed are finished, the others are generated again. */
  private void letHeldGo() {
    List<Held> all = List.copyOf(held);
    held.clear();
    for (Held one : all) {
      if (confirmed.keySet().containsAll(one.names())) {
        requests.generated(one.open(), one.generation());
      } else {
        requests.again(one.open());
      }
    }
  }

  /** Forgets the oldest as long as nobody needs them; returns these. */
  List<Publication> forget(Predicate<Publication> unneeded) {
    List<Publication> old = new ArrayList<>();
    for (Publication one : confirmed.values()) {
      if (!unneeded.test(one)) {
        break;
      }
      old.add(one);
    }
    old.forEach(one -> confirmed.remove(one.name()));
    return old;
  }
}
