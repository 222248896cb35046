package io.sapo.verifier;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** The verifiers of this process and the names of the judges outside the stream. */
public final class Verifiers {
  private final SortedMap<String, Verifier> byName;
  private final RewardShaping shaping;
  private final SortedSet<String> judges;

  private Verifiers(
      SortedMap<String, Verifier> byName, RewardShaping shaping, SortedSet<String> judges) {
    this.byName = byName;
    this.shaping = shaping;
    this.judges = judges;
  }

  /**
   * Those on the class path and in the settings' folder of jars.
   *
   * @throws IllegalStateException when two verifiers have one name
   * @throws IllegalArgumentException when the folder is none, or holds what is no verifier
   */
  public static Verifiers load(VerifierSettings settings) {
    ClassLoader loader = settings.jars().map(Jars::of).orElseGet(Verifiers.class::getClassLoader);
    try {
      return of(ServiceLoader.load(Verifier.class, loader), settings);
    } catch (ServiceConfigurationError | LinkageError e) {
      throw new IllegalArgumentException(
          "a verifier cannot be loaded"
              + settings.jars().map(folder -> " from verifiers.path, " + folder).orElse("")
              + ": "
              + e.getMessage(),
          e);
    }
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
                + "; remove one of them");
      }
    }
    return new Verifiers(byName, settings.shaping(), new TreeSet<>());
  }

  /**
   * The same, which knows that tasks may name judges outside the stream.
   *
   * @throws IllegalArgumentException when a judge has the name of a verifier
   */
  public Verifiers withJudges(Collection<String> names) {
    for (String name : names) {
      if (byName.containsKey(name)) {
        throw new IllegalArgumentException(
            "judges." + name + ": a verifier has this name; give the judge another");
      }
    }
    return new Verifiers(byName, shaping, new TreeSet<>(names));
  }

  /**
   * @param name of one, or several with weights, as {@code boxed-math*0.9+format*0.1}
   * @return empty where one is unknown, or is a judge outside the stream
   */
  public Optional<Verifier> find(String name) {
    return find(name, Map.of());
  }

  /**
   * The same where judges outside the stream have spoken.
   *
   * @param given in the place of judges, by their names
   */
  public Optional<Verifier> find(String name, Map<String, ? extends Verifier> given) {
    Verifier single = byName.get(name);
    return single != null
        ? Optional.of(single)
        : WeightedVerifier.parse(name, part -> Optional.ofNullable(one(part, given)));
  }

  private Verifier one(String name, Map<String, ? extends Verifier> given) {
    Verifier own = byName.get(name);
    return own == null ? given.get(name) : own;
  }

  /**
   * The judges outside the stream that have to be asked, ascending; none where the name can be
   * found without, or is unknown.
   */
  public SortedSet<String> judges(String name) {
    if (judges.isEmpty() || byName.containsKey(name)) {
      return Collections.emptySortedSet();
    }
    SortedSet<String> asked = new TreeSet<>();
    Optional<Verifier> found =
        WeightedVerifier.parse(
            name,
            part -> {
              if (judges.contains(part)) {
                asked.add(part);
                return Optional.of(
                    new GivenVerdict(part, Verdict.of(false), new double[0], "", ""));
              }
              return Optional.ofNullable(byName.get(part));
            });
    return found.isPresent() ? asked : Collections.emptySortedSet();
  }

  /** What is made of their rewards. */
  public RewardShaping shaping() {
    return shaping;
  }

  public SortedSet<String> names() {
    SortedSet<String> all = new TreeSet<>(byName.keySet());
    all.addAll(judges);
    return all;
  }
}
