package io.sapo.torture;

import io.sapo.command.CommandProvider;
import io.sapo.command.Surroundings;

/** Gives the command line {@code sapo torture}. */
public final class TortureCommandProvider implements CommandProvider {
  @Override
  public Object command(Surroundings surroundings) {
    return new TortureCommand(surroundings);
  }
}
