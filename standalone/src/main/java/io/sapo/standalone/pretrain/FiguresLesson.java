package io.sapo.standalone.pretrain;

import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.producer.figures.FiguresTaskSource;
import io.sapo.producer.figures.FiguresTaskSource.Split;
import java.util.Map;

/** Bar charts and questions about them. */
record FiguresLesson() implements Lesson {

  @Override
  public Map<String, byte[]> companions() {
    return FiguresModel.companions();
  }

  @Override
  public Examples examples(CheckpointFolder shape, long seed) {
    return new FiguresExamples(shape, new FiguresTaskSource(Split.TRAINING, seed));
  }
}
