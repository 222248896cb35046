package io.sapo.standalone.doctor;

/**
 * What one check found.
 *
 * @param detail what is there, or what is wrong and what to do
 */
public record Finding(String check, Verdict verdict, String detail) {

  /** How bad it is. */
  public enum Verdict {
    OK,
    WARNING,
    FAILED
  }

  static Finding ok(String check, String detail) {
    return new Finding(check, Verdict.OK, detail);
  }

  static Finding warning(String check, String detail) {
    return new Finding(check, Verdict.WARNING, detail);
  }

  static Finding failed(String check, String detail) {
    return new Finding(check, Verdict.FAILED, detail);
  }
}
