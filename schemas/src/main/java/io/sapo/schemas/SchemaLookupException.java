package io.sapo.schemas;

import org.apache.kafka.common.KafkaException;

/**
 * It could not be found out which schema a record was written with: the brokers did not answer.
 * Says nothing of the record, which is to be read again.
 */
public final class SchemaLookupException extends KafkaException {
  private static final long serialVersionUID = 1;

  SchemaLookupException(String message, Throwable cause) {
    super(message, cause);
  }
}
