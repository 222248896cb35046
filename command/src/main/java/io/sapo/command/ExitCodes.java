package io.sapo.command;

/** What every command answers to the shell. */
public final class ExitCodes {
  public static final int FINE = 0;
  public static final int FAILED = 1;
  public static final int USAGE = 2;

  /** Another learner has taken over; started again, this one is a standby while that one lives. */
  public static final int FENCED = 3;

  /** What failed lies outside of the process; started again it may go on. */
  public static final int RETRY = 4;

  private ExitCodes() {}
}
