package io.sapo.schemas;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.avro.Schema;

/**
 * Where this process may ask for schemas that were released after it. A schema goes by its
 * fingerprint wherever it comes from, so that one list serves all runs of a process. Thread-safe.
 */
final class SchemaSources {

  /** Knows schemas by their fingerprints. */
  interface Source {
    /**
     * @return null when there is none
     * @throws SchemaLookupException when that cannot be found out
     */
    Schema find(long fingerprint);
  }

  private static final List<Source> SOURCES = new CopyOnWriteArrayList<>();

  private SchemaSources() {}

  static void add(Source source) {
    SOURCES.add(source);
  }

  static void remove(Source source) {
    SOURCES.remove(source);
  }

  /** Null when no source has it. */
  static Schema find(long fingerprint) {
    return SOURCES.stream()
        .map(source -> source.find(fingerprint))
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(null);
  }
}
