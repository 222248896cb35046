package io.sapo.command;

import java.nio.file.Path;
import java.util.Map;

/**
 * What a command takes from the process it runs in; tests give their own.
 *
 * @param home root of the installation, where the shipped checkpoint lies
 * @param interactive whether the output is a terminal
 */
public record Surroundings(Map<String, String> environment, Path home, boolean interactive) {

  /** Of this process; the launcher sets the system properties. */
  public static Surroundings ofProcess() {
    return new Surroundings(
        System.getenv(),
        Path.of(System.getProperty("sapo.home", "")).toAbsolutePath(),
        Boolean.getBoolean("sapo.terminal"));
  }
}
