package io.sapo.standalone.plan;

import io.sapo.policy.tensor.ElementType;
import java.util.ArrayList;
import java.util.List;

/** Memory that training needs. */
final class LearnerNeed {
  /** Buffers between tensors, files and topics. */
  private static final long WINDOWS = 64L << 20;

  private LearnerNeed() {}

  static Need of(Workload work) {
    List<Part> parts = new ArrayList<>(Runtimes.computing(work));
    base(work).forEach(parts::add);
    parts.addAll(own(work));
    return new Need("learner", parts);
  }

  /** The base that all roles of a process share. */
  static List<Part> base(Workload work) {
    ElementType type = ModelSizes.loaded(work.stored());
    return List.of(
        Part.device(
            "frozen base",
            work.sizes().frozenBytes(work.stored()),
            "%s parameters in %s, shared by actor, critic and reference"
                .formatted(Units.count(work.sizes().frozen()), type.torchName())));
  }

  /** All but runtime and base. */
  static List<Part> own(Workload work) {
    List<Part> parts = new ArrayList<>();
    ModelSizes sizes = work.sizes();
    trained(parts, "actor", sizes.actor());
    if (work.learner().algorithm().usesCritic()) {
      trained(parts, "critic", sizes.critic());
    }
    if (work.referenceBytes() > 0) {
      parts.add(
          Part.device(
              "reference", work.referenceBytes(), "a copy of version 0; free with fresh adapters"));
    }
    parts.addAll(new Activations(work).parts());
    if (work.saving().anchorEvery() > 1) {
      parts.add(
          Part.host(
              "published copy",
              sizes.actor() * work.saving().published().bytes(),
              "the newest version, from which the next differs"));
    }
    long largest = sizes.actor() * Float.BYTES;
    parts.add(
        Part.host("windows", Math.min(WINDOWS, largest), "of 64 MiB, between tensors and files"));
    return parts;
  }

  private static void trained(List<Part> parts, String network, long elements) {
    long copy = elements * Float.BYTES;
    String count = Units.count(elements) + " trained weights, float32";
    parts.add(Part.device(network, copy, count));
    parts.add(Part.device(network + " gradients", copy, "as many"));
    parts.add(Part.device(network + " moments", 2 * copy, "two a weight"));
  }
}
