package io.sapo.standalone;

import io.sapo.command.ProcessEnd;
import io.sapo.command.Surroundings;
import io.sapo.standalone.cli.SapoCommand;

/** Where the process starts. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    ProcessEnd.arrange();
    System.exit(SapoCommand.create(Surroundings.ofProcess()).execute(args));
  }
}
