package io.sapo.admin.http;

import io.sapo.admin.run.Position;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Set;

/** The query of a request, checked: an unknown, repeated or unreadable parameter is a 400. */
final class Query {
  private static final int MAX_VALUE_CHARS = 200;

  private final RoutingContext context;

  Query(RoutingContext context, Set<String> known) {
    this.context = context;
    for (String name : context.queryParams().names()) {
      if (!known.contains(name)) {
        throw new ApiException(400, "unknown query parameter; known here: " + sorted(known));
      }
    }
  }

  private static String sorted(Set<String> names) {
    return names.isEmpty() ? "none" : String.join(", ", names.stream().sorted().toList());
  }

  /** Null when absent. */
  String text(String name) {
    List<String> values = context.queryParam(name);
    if (values.isEmpty()) {
      return null;
    }
    if (values.size() > 1 || values.get(0).length() > MAX_VALUE_CHARS) {
      throw new ApiException(
          400, name + " must be given once, with at most " + MAX_VALUE_CHARS + " characters");
    }
    return values.get(0);
  }

  long number(String name, long min, long max, long otherwise) {
    String text = text(name);
    if (text == null) {
      return otherwise;
    }
    try {
      long value = Long.parseLong(text);
      if (value >= min && value <= max) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Reported below, as out of range is.
    }
    throw new ApiException(400, name + " must be a whole number from " + min + " to " + max);
  }

  double real(String name, double otherwise) {
    String text = text(name);
    if (text == null) {
      return otherwise;
    }
    try {
      double value = Double.parseDouble(text);
      if (Double.isFinite(value)) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Reported below, as infinities are.
    }
    throw new ApiException(400, name + " must be a number");
  }

  /** Null when absent. */
  Boolean flag(String name) {
    String text = text(name);
    if (text == null || text.equals("true") || text.equals("false")) {
      return text == null ? null : Boolean.valueOf(text);
    }
    throw new ApiException(400, name + " must be true or false");
  }

  /** Null when absent. */
  Position position(String name) {
    String text = text(name);
    return text == null
        ? null
        : Position.parse(text)
            .orElseThrow(() -> new ApiException(400, name + " must be partition-offset"));
  }
}
