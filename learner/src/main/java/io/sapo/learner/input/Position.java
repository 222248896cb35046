package io.sapo.learner.input;

/** Where a record lies in the segments topic; ordered by partition, then offset. */
public record Position(int partition, long offset) implements Comparable<Position> {

  @Override
  public int compareTo(Position other) {
    int byPartition = Integer.compare(partition, other.partition);
    return byPartition != 0 ? byPartition : Long.compare(offset, other.offset);
  }

  @Override
  public String toString() {
    return "segments partition " + partition + " offset " + offset;
  }
}
