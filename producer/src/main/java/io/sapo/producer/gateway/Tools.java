package io.sapo.producer.gateway;

import java.util.List;
import java.util.Map;

/**
 * The tools that the model may call.
 *
 * @param functions each as the caller declares it, for the chat template
 * @param json all of them, as text
 */
public record Tools(List<Map<String, Object>> functions, String json) {
  public static final Tools NONE = new Tools(List.of(), "");

  public Tools {
    functions = List.copyOf(functions);
  }

  boolean isEmpty() {
    return functions.isEmpty();
  }
}
