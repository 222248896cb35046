package io.sapo.producer.task;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/** The rows of a file of tasks, by index from 0. */
interface TaskRows extends Closeable {
  int count();

  /** Where a row stands, for people: file and number. */
  String where(int index);

  /** Number of the row in its file, from 1. */
  int number(int index);

  /** Name of the row's file. */
  String file(int index);

  /** What a row is called, such as {@code line}. */
  String unit();

  /** A row as bytes, for a dead letter. */
  byte[] bytes(int index) throws IOException;

  /**
   * @throws IOException when the file cannot be read, or this part of it
   * @throws IllegalArgumentException when the row is no set of fields
   */
  JsonNode read(int index) throws IOException;

  /** Names of the fields of the first row. */
  List<String> fields() throws IOException;
}
