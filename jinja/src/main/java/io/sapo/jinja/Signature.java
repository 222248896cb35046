package io.sapo.jinja;

import java.util.List;

/**
 * What a filter, test or method may be given.
 *
 * @param parameters in their order; may be fewer than what is needed
 * @param named whether they may be given by name
 * @param any whether more of either kind are taken
 */
record Signature(List<String> parameters, boolean named, boolean any) {
  static final Signature NOTHING = new Signature(List.of(), false, false);

  static final Signature ANYTHING = new Signature(List.of(), true, true);

  /**
   * @param parameters with commas between them, {@code *} for whatever else
   */
  static Signature of(String parameters, boolean named) {
    List<String> names =
        parameters.isEmpty() ? List.of() : List.of(parameters.strip().split("\\s*,\\s*"));
    return names.contains("*") ? ANYTHING : new Signature(names, named, false);
  }

  /**
   * @throws JinjaException when there are arguments too many, of a name that is not known, or twice
   */
  void check(String function, Arguments arguments) {
    if (any) {
      return;
    }
    int given = arguments.positional().size();
    if (given > parameters.size()) {
      throw JinjaException.value(
          "%s() takes at most %d arguments (%d given)"
              .formatted(function, parameters.size(), given));
    }
    for (String name : arguments.named().keySet()) {
      int place = named ? parameters.indexOf(name) : -1;
      if (place < 0) {
        throw JinjaException.value(
            "%s() got an unexpected keyword argument '%s'".formatted(function, name));
      }
      if (place < given) {
        throw JinjaException.value(
            "%s() got multiple values for argument '%s'".formatted(function, name));
      }
    }
  }
}
