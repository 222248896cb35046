package io.sapo.jinja;

/** A part of a template that writes text or changes names. */
interface Statement {
  /** How a statement ended. */
  enum Flow {
    NEXT,
    BREAK,
    CONTINUE
  }

  Flow run(Scope scope, StringBuilder out);
}
