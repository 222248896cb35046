package io.sapo.learner.input;

import io.sapo.schemas.TaskOutcome;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Counts right responses by task, up to a number that keeps commit records small. */
final class OutcomeTally {
  private static final int MOST_ID_CHARS = 262_144;

  private static final class Count {
    int responses;
    int right;
  }

  private final SortedMap<String, Count> byTask = new TreeMap<>();
  private long idChars;

  void add(TrainingExample example) {
    String task = example.origin().taskId();
    Count count = byTask.get(task);
    if (count == null) {
      if (idChars + task.length() > MOST_ID_CHARS) {
        return;
      }
      idChars += task.length();
      count = new Count();
      byTask.put(task, count);
    }
    count.responses++;
    count.right += example.correct() ? 1 : 0;
  }

  /** Ascending by id. */
  List<TaskOutcome> byTask() {
    List<TaskOutcome> outcomes = new ArrayList<>();
    byTask.forEach(
        (task, count) -> outcomes.add(new TaskOutcome(task, count.responses, count.right)));
    return outcomes;
  }
}
