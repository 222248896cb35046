package io.sapo.jinja;

import io.sapo.jinja.Sequences.Range;
import java.time.LocalDateTime;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/** Functions every template can call. */
final class Globals {
  private Globals() {}

  static Map<String, Object> create(Supplier<LocalDateTime> now) {
    Map<String, Object> globals = new HashMap<>();
    globals.put("range", (Callable) Globals::range);
    globals.put("namespace", (Callable) Namespace::create);
    globals.put("dict", new DictType());
    globals.put("joiner", (Callable) Globals::joiner);
    globals.put("cycler", (Callable) (arguments, budget) -> new Cycler(arguments));
    globals.put("lipsum", (Callable) (arguments, budget) -> random("the function 'lipsum'"));
    globals.put("raise_exception", (Callable) Globals::raise);
    globals.put(
        "strftime_now",
        (Callable)
            (arguments, budget) -> {
              Signature.of("format", true).check("strftime_now", arguments);
              arguments.required(0, "format");
              String format = arguments.text(0, "format", "");
              budget.make(format.length() * 16L);
              return Strftime.format(now.get(), format);
            });
    return globals;
  }

  /** The same chat must give the same prompt. */
  static Object random(String what) {
    throw new JinjaException(
        JinjaException.Kind.FORBIDDEN, what + " draws at random, which a chat template may not");
  }

  private static Object raise(Arguments arguments, Budget budget) {
    Signature.of("message", true).check("raise_exception", arguments);
    throw new JinjaException(
        JinjaException.Kind.RAISED, Printing.str(arguments.required(0, "message"), budget));
  }

  private static Object range(Arguments arguments, Budget budget) {
    Signature.of("start, stop, step", false).check("range", arguments);
    boolean one = arguments.positional().size() < 2;
    long start = one ? 0 : Values.index(arguments.required(0, "start"));
    long stop = Values.index(arguments.required(one ? 0 : 1, "stop"));
    long step = arguments.integer(2, "step", 1);
    if (step == 0) {
      throw JinjaException.value("range() arg 3 must not be zero");
    }
    return new Range(start, stop, step);
  }

  private static Object joiner(Arguments arguments, Budget budget) {
    Signature.of("sep", true).check("joiner", arguments);
    String separator = arguments.text(0, "sep", ", ");
    boolean[] used = {false};
    return (Callable)
        (none, ignored) -> {
          String now = used[0] ? separator : "";
          used[0] = true;
          return now;
        };
  }

  /** {@code cycler(...)}: its values one after the other, for ever. */
  private static final class Cycler implements Attributes {
    private final java.util.List<Object> values;
    private int index;

    Cycler(Arguments arguments) {
      values = arguments.positional();
      if (values.isEmpty()) {
        throw JinjaException.value("at least one item has to be provided");
      }
    }

    @Override
    public Object attribute(String name) {
      return switch (name) {
        case "current" -> values.get(index);
        case "next" ->
            (Callable)
                (arguments, budget) -> {
                  Object current = values.get(index);
                  index = (index + 1) % values.size();
                  return current;
                };
        case "reset" ->
            (Callable)
                (arguments, budget) -> {
                  index = 0;
                  return null;
                };
        default -> Undefined.attribute(this, name);
      };
    }
  }
}
