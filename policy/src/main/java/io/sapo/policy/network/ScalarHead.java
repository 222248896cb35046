package io.sapo.policy.network;

import io.sapo.policy.checkpoint.InvalidCheckpointException;
import io.sapo.policy.checkpoint.SafetensorsReader;
import io.sapo.policy.layout.Head;
import io.sapo.policy.layout.WeightLayout;

/**
 * The head of a stored critic, as transformers names it in classes …ForSequenceClassification and
 * …ForTokenClassification: {@code score.weight} [1, hidden], of the latter also {@code score.bias}
 * [1].
 */
public final class ScalarHead {
  private ScalarHead() {}

  /**
   * Which head it is. A bias of 0 is taken for none: it is what the class adds to a critic that had
   * none.
   *
   * @param prefix of the names in the file
   * @throws InvalidCheckpointException where there is no such head, or where it gives several
   *     numbers
   */
  public static Head of(SafetensorsReader reader, String prefix) {
    String name = prefix + WeightLayout.SCALAR_HEAD;
    if (!reader.contains(name)) {
      throw new InvalidCheckpointException(
          "%s: there is no tensor '%s', a critic's scalar head; name a critic, saved by a class …ForSequenceClassification or …ForTokenClassification with num_labels 1"
              .formatted(reader.files(), name));
    }
    long[] shape = reader.spec(name).shape();
    if (shape.length != 2 || shape[0] != 1) {
      throw new InvalidCheckpointException(
          "%s: tensor %s gives a state %d numbers, where a critic has num_labels 1"
              .formatted(reader.files(), reader.spec(name), shape.length == 0 ? 1 : shape[0]));
    }
    String bias = prefix + WeightLayout.SCALAR_HEAD_BIAS;
    boolean none =
        !reader.contains(bias) || reader.spec(bias).elements() == 1 && reader.floats(bias)[0] == 0;
    return none ? Head.SCALAR : Head.SCALAR_WITH_BIAS;
  }
}
