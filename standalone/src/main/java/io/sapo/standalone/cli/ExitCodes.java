package io.sapo.standalone.cli;

/** What every command answers to the shell. */
final class ExitCodes {
  static final int FINE = 0;
  static final int FAILED = 1;
  static final int USAGE = 2;

  private ExitCodes() {}
}
