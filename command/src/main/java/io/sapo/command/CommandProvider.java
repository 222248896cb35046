package io.sapo.command;

/**
 * A command of a module that the command line does not know: found on the class path by {@link
 * java.util.ServiceLoader}.
 */
public interface CommandProvider {

  /** An object annotated as a command of picocli. */
  Object command(Surroundings surroundings);
}
