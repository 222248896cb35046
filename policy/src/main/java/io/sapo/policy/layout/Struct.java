package io.sapo.policy.layout;

import io.sapo.policy.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.List;

/**
 * A group of weights that occurs once or once a layer: which tensors it has, where they stand in
 * the flat list, and the TorchScript text that reads them from there.
 */
final class Struct {
  /** Places of a linear map: weight, bias, and the adapter's A and B. */
  private static final int LINEAR_PLACES = 4;

  private final String type;
  private final String reader;
  private final int begin;
  private final List<String> prefixes;
  private final StringBuilder fields = new StringBuilder();
  private final List<String> values = new ArrayList<>();
  private final List<List<Slot>> members = new ArrayList<>();
  private int places;

  /**
   * @param type name of the TorchScript tuple
   * @param reader name of the function that reads one
   * @param begin place of the first one in the flat list
   * @param prefixes of the tensors' names, one an occurrence
   */
  Struct(String type, String reader, int begin, List<String> prefixes) {
    this.type = type;
    this.reader = reader;
    this.begin = begin;
    this.prefixes = prefixes;
    prefixes.forEach(prefix -> members.add(new ArrayList<>()));
  }

  /** A tensor that every configuration has. */
  Struct tensor(String field, String name, long... shape) {
    return place(field, "Tensor", "w[i + %s]".formatted(places), name, shape);
  }

  /** A tensor that some configurations lack. */
  Struct optional(String field, boolean present, String name, long... shape) {
    return place(
        field,
        "Optional[Tensor]",
        "__torch__.weights.present(w[i + %s])".formatted(places),
        present ? name : null,
        shape);
  }

  private Struct place(String field, String fieldType, String value, String name, long[] shape) {
    fields.append("  ").append(field).append(" : ").append(fieldType).append('\n');
    values.add(value);
    for (int i = 0; i < prefixes.size(); i++) {
      members.get(i).add(name == null ? Slot.ABSENT : Slot.of(prefixes.get(i) + name, shape));
    }
    places++;
    return this;
  }

  /** A linear map {@code NAME.weight} [out, in] with what may belong to it. */
  Struct linear(String field, String name, long out, long in, boolean bias, AdapterConfig adapter) {
    fields.append("  ").append(field).append(" : __torch__.weights.Linear\n");
    values.add("__torch__.weights.linear(w, i + %s)".formatted(places));
    for (int i = 0; i < prefixes.size(); i++) {
      String module = prefixes.get(i) + name;
      List<Slot> slots = members.get(i);
      slots.add(Slot.of(module + ".weight", out, in));
      slots.add(bias ? Slot.of(module + ".bias", out) : Slot.ABSENT);
      if (adapter != null && adapter.adapts(module)) {
        slots.add(
            Slot.adapter(new TensorSpec(module + ".lora_A.weight", shape(adapter.rank(), in))));
        slots.add(
            Slot.adapter(new TensorSpec(module + ".lora_B.weight", shape(out, adapter.rank()))));
      } else {
        slots.add(Slot.ABSENT);
        slots.add(Slot.ABSENT);
      }
    }
    places += LINEAR_PLACES;
    return this;
  }

  /** The three linear maps of a SwiGLU block. */
  Struct swiglu(long hidden, long intermediate, boolean bias, AdapterConfig adapter) {
    linear("gate", "mlp.gate_proj", intermediate, hidden, bias, adapter);
    linear("up", "mlp.up_proj", intermediate, hidden, bias, adapter);
    return linear("down", "mlp.down_proj", hidden, intermediate, bias, adapter);
  }

  /** A layer norm's {@code NAME.weight} and {@code NAME.bias}. */
  Struct layerNorm(String field, String name, long width) {
    fields.append("  ").append(field).append(" : __torch__.weights.LayerNorm\n");
    values.add("__torch__.weights.LayerNorm(w[i + %s], w[i + %s])".formatted(places, places + 1));
    for (int i = 0; i < prefixes.size(); i++) {
      members.get(i).add(Slot.of(prefixes.get(i) + name + ".weight", width));
      members.get(i).add(Slot.of(prefixes.get(i) + name + ".bias", width));
    }
    places += 2;
    return this;
  }

  private static long[] shape(long rows, long columns) {
    return new long[] {rows, columns};
  }

  int occurrences() {
    return prefixes.size();
  }

  /** Place behind the last occurrence. */
  int end() {
    return begin + places * prefixes.size();
  }

  /** All occurrences, one after the other. */
  List<Slot> slots() {
    return members.stream().flatMap(List::stream).toList();
  }

  /** The slots of one occurrence. */
  List<Slot> slots(int occurrence) {
    return members.get(occurrence);
  }

  /** The tuple's definition and the function that reads occurrence {@code n}. */
  String source() {
    return """
    class %s(NamedTuple):
    %s
    def %s(w: List[Tensor], n: int) -> __torch__.weights.%s:
      i = %s + %s * n
      return __torch__.weights.%s(
        %s)

    """
        .formatted(type, fields, reader, type, begin, places, type, String.join(",\n    ", values));
  }
}
