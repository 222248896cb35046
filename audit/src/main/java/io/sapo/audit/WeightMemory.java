package io.sapo.audit;

import io.sapo.schemas.ElementType;
import io.sapo.schemas.weights.PublishedWeights;

/** Room for one version of a model's weights outside the Java heap. */
public interface WeightMemory {

  /** Of no version yet; the audit closes them. */
  PublishedWeights allocate(ElementType type);

  /** Hex SHA-256 of all tensors together, as a commit record names an actor in float32. */
  String sha256(PublishedWeights weights);
}
