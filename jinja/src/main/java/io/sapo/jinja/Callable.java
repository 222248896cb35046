package io.sapo.jinja;

/** Something a template can call. */
interface Callable {
  Object call(Arguments arguments, Budget budget);
}
