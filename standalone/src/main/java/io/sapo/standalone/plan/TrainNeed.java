package io.sapo.standalone.plan;

import java.util.ArrayList;
import java.util.List;

/** All roles in one process: one runtime, one base. */
final class TrainNeed {
  private TrainNeed() {}

  static Need of(Workload work) {
    List<Part> parts = new ArrayList<>(Runtimes.computing(work));
    parts.addAll(LearnerNeed.base(work));
    parts.addAll(LearnerNeed.own(work));
    for (int producer = 0; producer < work.producers(); producer++) {
      String name = work.producers() == 1 ? "producer" : "producer " + producer;
      parts.addAll(GenerationNeed.own(name, work, work.producer()));
    }
    parts.addAll(GenerationNeed.own("evaluator", work, work.evaluation()));
    parts.add(StreamNeed.stores());
    parts.add(StreamNeed.buffers());
    return new Need("train", parts);
  }
}
