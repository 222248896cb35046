package io.sapo.bench;

import io.sapo.policy.tensor.ElementType;
import java.nio.file.Path;
import java.util.Set;
import java.util.function.Consumer;

/**
 * How benchmarks are run.
 *
 * @param folder for data, deleted by the caller
 * @param threads of a native operation; the limits are measured with the same
 * @param thorough whether to take the long variants: 10 GB through the segmenter, 10^7 tokens
 * @param device such as {@code cpu}
 * @param checkpoint a Hugging Face folder, for benchmarks of a user's model; null without
 * @param precision what that model is computed in, by both: float32 or bfloat16
 * @param python interpreter of libraries that are compared with
 * @param parts of a benchmark that has some, which are to be measured; all where it is empty
 * @param progress takes a line for people now and then
 */
public record BenchSettings(
    Path folder,
    int threads,
    boolean thorough,
    String device,
    Path checkpoint,
    ElementType precision,
    String python,
    Set<String> parts,
    Consumer<String> progress) {

  /** Whether a part of the benchmark is to be measured. */
  boolean wants(String part) {
    return parts.isEmpty() || parts.contains(part);
  }
}
