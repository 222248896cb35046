package io.sapo.bench;

import io.sapo.command.CommandProvider;
import io.sapo.command.Surroundings;

/** Gives the command line {@code sapo bench}. */
public final class BenchCommandProvider implements CommandProvider {
  @Override
  public Object command(Surroundings surroundings) {
    return new BenchCommand();
  }
}
