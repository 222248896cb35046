package io.sapo.schemas;

/**
 * What a process began with is there no more, such as a topic that was made anew, or another run's
 * commit records: started again it begins with what there is now.
 */
public final class RestartException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param message what is there no more; that a restart mends it is added
   */
  public RestartException(String message) {
    super(message + "; started again, this process begins with what there is now");
  }
}
