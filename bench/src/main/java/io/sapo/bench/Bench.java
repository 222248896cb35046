package io.sapo.bench;

import java.util.List;

/** A benchmark of one stage. */
public interface Bench {
  /** As given on the command line. */
  String name();

  /** One sentence for people. */
  String about();

  /** Parts that can be measured without the others, see {@link BenchSettings#wants}. */
  default List<String> parts() {
    return List.of();
  }

  List<Row> run(BenchSettings settings) throws Exception;
}
