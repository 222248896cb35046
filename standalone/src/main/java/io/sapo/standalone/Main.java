package io.sapo.standalone;

import io.sapo.command.ProcessEnd;
import io.sapo.command.Surroundings;
import io.sapo.standalone.cli.SapoCommand;
import java.util.Locale;

/** Where the process starts. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    // Names of files, ids and what is read back have the same digits everywhere.
    Locale.setDefault(Locale.ROOT);
    ProcessEnd.arrange();
    System.exit(SapoCommand.create(Surroundings.ofProcess()).execute(args));
  }
}
