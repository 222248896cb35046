package io.sapo.standalone.plan;

import java.util.List;

/** What one role needs at its peak; parts of no bytes are left out. */
public record Need(String role, List<Part> parts) {
  public Need {
    parts = parts.stream().filter(part -> part.bytes() > 0).toList();
  }

  /** All bytes: what a process on a CPU has resident. */
  public long bytes() {
    return parts.stream().mapToLong(Part::bytes).sum();
  }

  public long bytes(Part.Place place) {
    return parts.stream().filter(part -> part.place() == place).mapToLong(Part::bytes).sum();
  }

  /** Zero where there is no such part. */
  public long bytes(String name) {
    return parts.stream().filter(part -> part.name().equals(name)).mapToLong(Part::bytes).sum();
  }
}
