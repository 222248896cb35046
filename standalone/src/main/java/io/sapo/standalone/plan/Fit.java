package io.sapo.standalone.plan;

import io.sapo.standalone.plan.Part.Place;
import java.util.OptionalLong;

/**
 * Whether a role fits.
 *
 * @param missing bytes that it needs beyond what there is; 0 where it fits
 * @param sentence for people
 */
public record Fit(Verdict verdict, long missing, String sentence) {
  /** UNKNOWN: nothing is known of the memory. TIGHT: it fits, with next to nothing left. */
  public enum Verdict {
    FITS,
    TIGHT,
    UNKNOWN,
    TOO_LARGE
  }

  private static final double TIGHT = 0.9;

  static Fit of(Need need, boolean gpu, Machine machine) {
    Fit host =
        of(need.role(), "memory", gpu ? need.bytes(Place.HOST) : need.bytes(), machine.host(), 0);
    if (!gpu) {
      return host;
    }
    Fit device =
        of(
            need.role(),
            "device memory",
            need.bytes(Place.DEVICE),
            machine.device(),
            machine.taken());
    return device.verdict().compareTo(host.verdict()) >= 0 ? device : host;
  }

  private static Fit of(String role, String kind, long needed, OptionalLong all, long taken) {
    if (all.isEmpty()) {
      return new Fit(
          Verdict.UNKNOWN,
          0,
          "%s needs %s of %s; how much there is is not known"
              .formatted(role, Units.bytes(needed), kind));
    }
    long there = Math.max(0, all.getAsLong() - taken);
    long missing = Math.max(0, needed - there);
    Verdict verdict =
        missing > 0 ? Verdict.TOO_LARGE : needed > TIGHT * there ? Verdict.TIGHT : Verdict.FITS;
    String sentence =
        "%s needs %s of %s of the %s there are"
            .formatted(role, Units.bytes(needed), kind, Units.bytes(all.getAsLong()));
    return new Fit(
        verdict,
        missing,
        taken == 0 ? sentence : sentence + ", of which others have taken " + Units.bytes(taken));
  }
}
