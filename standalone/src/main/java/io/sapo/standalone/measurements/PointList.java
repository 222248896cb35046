package io.sapo.standalone.measurements;

import io.sapo.standalone.measurements.Measurements.Point;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Points as a run of weeks has many: eight bytes a value, and the names once for all that have the
 * same. Grows at its end only; a point is made anew each time it is asked for.
 */
public final class PointList extends AbstractList<Point> {

  private record Row(long atMs, long step, String[] names, double[] values) {}

  private final List<Row> rows = new ArrayList<>();
  private String[] names = {};

  @Override
  public boolean add(Point point) {
    String[] own = point.values().keySet().toArray(String[]::new);
    if (!Arrays.equals(own, names)) {
      names = own;
    }
    double[] values = point.values().values().stream().mapToDouble(Double::doubleValue).toArray();
    return rows.add(new Row(point.atMs(), point.step(), names, values));
  }

  @Override
  public Point get(int index) {
    Row row = rows.get(index);
    SortedMap<String, Double> values = new TreeMap<>();
    for (int i = 0; i < row.names().length; i++) {
      values.put(row.names()[i], row.values()[i]);
    }
    return new Point(row.atMs(), row.step(), values);
  }

  @Override
  public int size() {
    return rows.size();
  }

  /** How many lists of names are held. */
  long nameLists() {
    return rows.stream().map(row -> System.identityHashCode(row.names())).distinct().count();
  }
}
