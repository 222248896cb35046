package io.sapo.standalone.plan;

/**
 * Bytes of one thing that a role holds at its peak.
 *
 * @param place where they lie; on a CPU the device's memory is the host's
 * @param why how the number comes about, for people
 */
public record Part(Place place, String name, long bytes, String why) {
  /** Kinds of memory. */
  public enum Place {
    DEVICE,
    HOST
  }

  static Part device(String name, long bytes, String why) {
    return new Part(Place.DEVICE, name, bytes, why);
  }

  static Part host(String name, long bytes, String why) {
    return new Part(Place.HOST, name, bytes, why);
  }
}
