package io.sapo.segmenter.topology;

import io.sapo.schemas.RecordFormatException;
import java.util.Locale;

/** Why a record was refused; {@link #label} is the {@code sapo.reason} of its dead letter. */
public enum Reason {
  /** No value. */
  EMPTY,
  /** The broker does not give back what was written. */
  DAMAGED,
  /** Does not start like a record. */
  NOT_A_RECORD,
  /** Written with a schema that was never released. */
  UNKNOWN_SCHEMA,
  /** Truncated or damaged. */
  MALFORMED,
  /** More bytes than the record has. */
  TRAILING_BYTES,
  /** An id is blank, long or has control characters. */
  BAD_ID,
  /** The record's key is not its group id. */
  KEY_MISMATCH,
  /** Group size out of range. */
  BAD_GROUP_SIZE,
  /** No prompt or no response tokens. */
  NO_TOKENS,
  /** Arrays that run along the response differ in length. */
  LENGTHS_DISAGREE,
  /** A token id below zero. */
  BAD_TOKEN,
  /** Token ends that go back or beyond the text. */
  BAD_CHAR_ENDS,
  /** A number that is NaN or infinite. */
  NOT_FINITE,
  /** A log-probability above zero. */
  POSITIVE_LOG_PROB,
  /** An entropy below zero. */
  NEGATIVE_ENTROPY,
  /** Version runs that are empty, negative or do not add up. */
  BAD_VERSIONS,
  /** A loss mask of something other than 0 and 1, or of nothing but 0. */
  BAD_LOSS_MASK,
  /** Sampling settings that cannot have been used. */
  BAD_SAMPLING,
  /** Picture bytes that are not a whole PNG or JPEG of acceptable size, or missing. */
  UNREADABLE_PICTURE,
  /** Picture bytes whose SHA-256 is not the one announced. */
  PICTURE_HASH,
  /** No verifier of that name. */
  UNKNOWN_VERIFIER,
  /** A reference answer that its verifier cannot judge by. */
  BAD_REFERENCE,
  /** Its verifier threw, or gave what is no reward: the verifier is at fault. */
  VERIFIER_FAILED,
  /** A judge outside the stream has declined, or has failed on it again and again. */
  JUDGE_FAILED,
  /** A judge outside the stream has said nothing for too long. */
  JUDGE_SILENT,
  /** It exceeds the size of a record, or would with its segments; or has items without end. */
  TOO_LARGE,
  /** The trajectory id was seen before. */
  DUPLICATE,
  /** A rollout that differs from its group in size or task. */
  GROUP_MISMATCH,
  /** A rollout of a group that is closed already. */
  GROUP_CLOSED;

  private final String label = name().toLowerCase(Locale.ROOT).replace('_', '-');

  public String label() {
    return label;
  }

  static Reason of(RecordFormatException.Kind kind) {
    return switch (kind) {
      case EMPTY -> EMPTY;
      case DAMAGED -> DAMAGED;
      case NOT_A_RECORD -> NOT_A_RECORD;
      case UNKNOWN_SCHEMA -> UNKNOWN_SCHEMA;
      case MALFORMED -> MALFORMED;
      case TRAILING_BYTES -> TRAILING_BYTES;
      case TOO_LARGE -> TOO_LARGE;
    };
  }
}
