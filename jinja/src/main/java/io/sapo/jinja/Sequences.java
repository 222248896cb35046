package io.sapo.jinja;

import java.util.AbstractCollection;
import java.util.AbstractList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;

/** Python's sequences beside lists. */
final class Sequences {
  private Sequences() {}

  /** An immutable sequence that prints in parentheses. */
  static class Tuple extends AbstractList<Object> {
    private final List<Object> elements;

    Tuple(List<Object> elements) {
      this.elements = elements;
    }

    static Tuple of(Object... elements) {
      return new Tuple(java.util.Arrays.asList(elements));
    }

    @Override
    public Object get(int index) {
      return elements.get(index);
    }

    @Override
    public int size() {
      return elements.size();
    }
  }

  /** What {@code groupby} gives: a pair with names for its two. */
  static final class Group extends Tuple implements Attributes {
    Group(Object grouper, List<Object> members) {
      super(java.util.Arrays.asList(grouper, members));
    }

    @Override
    public Object attribute(String name) {
      return switch (name) {
        case "grouper" -> get(0);
        case "list" -> get(1);
        default -> Undefined.attribute(this, name);
      };
    }
  }

  /** {@code range(start, stop, step)}. */
  static final class Range extends AbstractList<Object> {
    final long start;
    final long stop;
    final long step;
    private final int size;

    Range(long start, long stop, long step) {
      this.start = start;
      this.stop = stop;
      this.step = step;
      double count = Math.ceil(((double) stop - (double) start) / step);
      if (count > Budget.MAX_RANGE) {
        throw new JinjaException(
            JinjaException.Kind.LIMIT,
            "the template makes a range of more than " + Budget.MAX_RANGE + " numbers");
      }
      size = (int) Math.max(0, count);
    }

    @Override
    public Object get(int index) {
      return start + step * java.util.Objects.checkIndex(index, size);
    }

    @Override
    public int size() {
      return size;
    }
  }

  /** What is consumed by reading it, such as the result of {@code map}. */
  static final class Generator implements Iterable<Object> {
    private final Iterator<Object> left;

    Generator(List<Object> elements) {
      left = elements.iterator();
    }

    @Override
    public Iterator<Object> iterator() {
      return left;
    }
  }

  /** {@code dict.keys()}, {@code values()} or {@code items()}; has a length but no elements. */
  static final class View extends AbstractCollection<Object> {
    final String type;
    private final Collection<Object> elements;

    View(String type, Collection<Object> elements) {
      this.type = type;
      this.elements = elements;
    }

    @Override
    public Iterator<Object> iterator() {
      return elements.iterator();
    }

    @Override
    public int size() {
      return elements.size();
    }
  }
}
