package io.sapo.verifier;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Several verifiers of one task, as {@code boxed-math*0.9+format*0.1}: rewards are added by weight
 * (1 where none is written); right is what the first one finds right.
 */
final class WeightedVerifier implements Verifier {
  private static final int MAX_PARTS = 8;
  private static final int MAX_CHARS = 300;
  private static final Pattern PART =
      Pattern.compile(
          "\\s*+([a-z0-9][a-z0-9_.-]*+)\\s*+(?:\\*\\s*+(-?[0-9]{1,6}+(?:\\.[0-9]{1,9}+)?+)\\s*+)?");

  private record Part(Verifier verifier, double weight) {}

  private final String name;
  private final List<Part> parts;

  private WeightedVerifier(String name, List<Part> parts) {
    this.name = name;
    this.parts = parts;
  }

  /** Empty where the text names no such sum of known verifiers. */
  static Optional<Verifier> parse(String text, Function<String, Optional<Verifier>> known) {
    String[] names = text.length() > MAX_CHARS ? new String[0] : text.split("\\+", -1);
    if (names.length < 1 || names.length > MAX_PARTS) {
      return Optional.empty();
    }
    List<Part> parts = new ArrayList<>();
    for (String part : names) {
      Matcher matcher = PART.matcher(part);
      Optional<Verifier> verifier =
          matcher.matches() ? known.apply(matcher.group(1)) : Optional.empty();
      if (verifier.isEmpty()) {
        return Optional.empty();
      }
      String weight = matcher.group(2);
      parts.add(new Part(verifier.get(), weight == null ? 1 : Double.parseDouble(weight)));
    }
    return Optional.of(new WeightedVerifier(text, parts));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Verdict verify(String response, String reference) {
    double reward = 0;
    for (Part part : parts) {
      reward += part.weight * part.verifier.verify(response, reference).reward();
    }
    return new Verdict(reward, parts.get(0).verifier.verify(response, reference).correct());
  }

  @Override
  public double[] segmentRewards(List<String> segments, String reference) {
    double[] sum = new double[0];
    for (Part part : parts) {
      double[] rewards = part.verifier.segmentRewards(segments, reference);
      if (rewards.length > 0) {
        sum = sum.length == 0 ? new double[rewards.length] : sum;
        for (int i = 0; i < rewards.length; i++) {
          sum[i] += part.weight * rewards[i];
        }
      }
    }
    return sum;
  }

  /** The first one's, which decides what is right; the reward is the sum's. */
  @Override
  public Explanation explain(String response, String reference) {
    Explanation first = parts.get(0).verifier.explain(response, reference);
    return new Explanation(
        verify(response, reference), first.answer(), first.read(), first.reference(), first.why());
  }
}
