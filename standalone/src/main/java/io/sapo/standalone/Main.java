package io.sapo.standalone;

import io.sapo.standalone.cli.SapoCommand;
import io.sapo.standalone.cli.Surroundings;

/** Where the process starts. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    System.exit(SapoCommand.create(Surroundings.ofProcess()).execute(args));
  }
}
