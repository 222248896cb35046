package io.sapo.learner.algorithm;

import static io.sapo.learner.algorithm.OptionCases.Part.ADVANTAGES;
import static io.sapo.learner.algorithm.OptionCases.Part.ANCHOR;
import static io.sapo.learner.algorithm.OptionCases.Part.ENTROPY_GRADIENT;
import static io.sapo.learner.algorithm.OptionCases.Part.KEPT;
import static io.sapo.learner.algorithm.OptionCases.Part.KL_LOSS;
import static io.sapo.learner.algorithm.OptionCases.Part.OLD_VALUES;
import static io.sapo.learner.algorithm.OptionCases.Part.POLICY_GRADIENT;
import static io.sapo.learner.algorithm.OptionCases.Part.RETURNS;
import static io.sapo.learner.algorithm.OptionCases.Part.VALUE_GRADIENT;
import static io.sapo.learner.algorithm.OptionCases.Part.WEIGHTS;
import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.learner.algorithm.OptionCases.Part;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Switching an option changes what it is meant to change, and not a bit of anything else. */
class OptionsTest {
  private static final double REWARD_KL = 0.05;
  private static final int[] ROWS = {0, 1, 2, 3};

  @ParameterizedTest
  @MethodSource({
    "io.sapo.learner.algorithm.OptionCases#corrections",
    "io.sapo.learner.algorithm.OptionCases#others"
  })
  void anOptionChangesWhatItIsMeantTo(OptionCases.Case c) {
    Set<Part> changed = EnumSet.noneOf(Part.class);
    for (int seed = 0; seed < 4; seed++) {
      Map<Part, String> before = parts(c.before(), seed);
      Map<Part, String> after = parts(c.after(), seed);
      for (Part part : Part.values()) {
        if (!before.get(part).equals(after.get(part))) {
          changed.add(part);
        }
      }
    }
    assertThat(changed).containsExactlyInAnyOrderElementsOf(c.changes());
  }

  /** A new option needs a case; which algorithm it is, and its KL coefficient, are no switches. */
  @Test
  void everyOptionIsSwitchedByACase() throws ReflectiveOperationException {
    Set<String> switched = new TreeSet<>();
    for (OptionCases.Case c :
        Stream.concat(OptionCases.corrections().stream(), OptionCases.others().stream()).toList()) {
      addDifferent("", c.before(), c.after(), switched);
    }
    Set<String> all = new TreeSet<>();
    addComponents("", AlgorithmSettings.class, all);
    all.removeIf(name -> name.equals("/algorithm") || name.startsWith("/rewardKl/"));
    assertThat(switched).containsAll(all);
    assertThat(all).contains("/offPolicy/rejection/measure/form", "/clip/dual");
  }

  private static void addComponents(String path, Class<?> type, Set<String> names) {
    for (RecordComponent component : type.getRecordComponents()) {
      String name = path + "/" + component.getName();
      if (component.getType().isRecord()) {
        addComponents(name, component.getType(), names);
      } else {
        names.add(name);
      }
    }
  }

  private static void addDifferent(String path, Record one, Record two, Set<String> names)
      throws ReflectiveOperationException {
    for (RecordComponent component : one.getClass().getRecordComponents()) {
      String name = path + "/" + component.getName();
      Object before = component.getAccessor().invoke(one);
      Object after = component.getAccessor().invoke(two);
      if (before instanceof Record b && after instanceof Record a) {
        addDifferent(name, b, a, names);
      } else if (!Objects.equals(before, after)) {
        names.add(name);
      }
    }
  }

  /** Every number in full, as text. */
  private static Map<Part, String> parts(AlgorithmSettings settings, int seed) {
    SampleBatches samples = new SampleBatches(40 + seed);
    Experience experience = samples.next();
    double[] logProbs = samples.moved(experience.scores().oldLogProbs(), 0.9);
    double[] entropies = samples.noise(logProbs.length, 1);
    double[] values = samples.noise(logProbs.length, 1);
    Targets targets = Targets.of(settings, experience, settings.usesCritic() ? REWARD_KL : 0);
    MiniBatch batch = targets.miniBatch(ROWS);
    MiniBatch.PolicyTerm term = batch.policyLoss(logProbs, entropies);
    Map<Part, String> parts = new EnumMap<>(Part.class);
    parts.put(KEPT, Arrays.toString(targets.kept()));
    parts.put(ANCHOR, Arrays.toString(targets.policy().oldLogProbs()));
    parts.put(ADVANTAGES, Arrays.toString(targets.policy().advantages()));
    parts.put(WEIGHTS, Arrays.toString(targets.corrections().weights()));
    parts.put(OLD_VALUES, Arrays.toString(targets.value().oldValues()));
    parts.put(RETURNS, Arrays.toString(targets.value().returns()));
    parts.put(POLICY_GRADIENT, Arrays.toString(term.gradient()));
    parts.put(KL_LOSS, Double.toString(term.klLoss()));
    parts.put(ENTROPY_GRADIENT, Arrays.toString(term.entropyGradient()));
    parts.put(
        VALUE_GRADIENT,
        settings.usesCritic() ? Arrays.toString(batch.valueLoss(values).gradient()) : "none");
    return parts;
  }
}
