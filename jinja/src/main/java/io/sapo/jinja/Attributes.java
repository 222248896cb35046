package io.sapo.jinja;

/** A value of the interpreter's own with attributes, such as {@code loop}. */
interface Attributes {
  /** The attribute, which may be None, or {@link Undefined}. */
  Object attribute(String name);
}
