package io.sapo.admin.health;

/**
 * One thing that can be wrong with a run.
 *
 * @param id stable name, for alerts
 * @param title what is judged, for people
 * @param reason what was found, with numbers
 */
public record Condition(String id, String title, State state, String reason) {
  /** UNKNOWN: there is nothing to judge by yet. */
  public enum State {
    OK,
    UNKNOWN,
    FAILING
  }

  static Condition ok(String id, String title, String reason) {
    return new Condition(id, title, State.OK, reason);
  }

  static Condition unknown(String id, String title, String reason) {
    return new Condition(id, title, State.UNKNOWN, reason);
  }

  static Condition failing(String id, String title, String reason) {
    return new Condition(id, title, State.FAILING, reason);
  }

  static Condition of(boolean failing, String id, String title, String reason) {
    return failing ? failing(id, title, reason) : ok(id, title, reason);
  }
}
