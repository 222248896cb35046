package io.sapo.bench;

import java.util.List;

/** A benchmark of one stage. */
public interface Bench {
  /** As given on the command line. */
  String name();

  /** One sentence for people. */
  String about();

  List<Row> run(BenchSettings settings) throws Exception;
}
