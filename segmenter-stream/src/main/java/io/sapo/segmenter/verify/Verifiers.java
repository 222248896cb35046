package io.sapo.segmenter.verify;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** The verifiers on the class path, by name. */
public final class Verifiers {
  private final SortedMap<String, Verifier> byName;
  private final RewardShaping shaping;

  private Verifiers(SortedMap<String, Verifier> byName, RewardShaping shaping) {
    this.byName = byName;
    this.shaping = shaping;
  }

  /**
   * @throws IllegalStateException when two verifiers have one name
   */
  public static Verifiers load(VerifierSettings settings) {
    return of(ServiceLoader.load(Verifier.class, Verifiers.class.getClassLoader()), settings);
  }

  /** The given ones, whatever is on the class path. */
  public static Verifiers of(Verifier... verifiers) {
    return of(List.of(verifiers), VerifierSettings.DEFAULT);
  }

  static Verifiers of(Iterable<Verifier> verifiers, VerifierSettings settings) {
    SortedMap<String, Verifier> byName = new TreeMap<>();
    for (Verifier verifier : verifiers) {
      Verifier other = byName.put(verifier.name(), verifier.configured(settings));
      if (other != null) {
        throw new IllegalStateException(
            "two verifiers are named '"
                + verifier.name()
                + "': "
                + other.getClass().getName()
                + " and "
                + verifier.getClass().getName()
                + "; remove one from the class path");
      }
    }
    return new Verifiers(byName, settings.shaping());
  }

  /**
   * @param name of one, or several with weights, as {@code boxed-math*0.9+format*0.1}
   */
  public Optional<Verifier> find(String name) {
    Verifier single = byName.get(name);
    return single != null
        ? Optional.of(single)
        : WeightedVerifier.parse(name, part -> Optional.ofNullable(byName.get(part)));
  }

  /** What is made of their rewards. */
  public RewardShaping shaping() {
    return shaping;
  }

  public SortedSet<String> names() {
    return Collections.unmodifiableSortedSet(new TreeSet<>(byName.keySet()));
  }
}
