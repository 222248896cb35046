package io.sapo.segmenter.judge;

import io.sapo.schemas.Judgement;
import java.time.Duration;

/** What came of asking a judge about one response. */
public sealed interface Outcome {
  /** A verdict. */
  record Judged(Judgement judgement) implements Outcome {}

  /** The judge says that it will not judge this one; asking again is no use. */
  record Declined(String why) implements Outcome {}

  /**
   * No verdict, this time.
   *
   * @param away whether the judge as a whole is out of reach or refuses to work, so that this says
   *     nothing of the response
   * @param notBefore how long the judge asks to be left alone; zero where it says nothing
   */
  record Failed(String why, boolean away, Duration notBefore) implements Outcome {}

  static Failed wrong(String why) {
    return new Failed(why, false, Duration.ZERO);
  }
}
