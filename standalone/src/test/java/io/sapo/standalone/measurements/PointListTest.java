package io.sapo.standalone.measurements;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.standalone.measurements.Measurements.Point;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PointListTest {

  @Test
  void pointsComeBackAndNamesAreHeldOnceForAllThatHaveTheSame() {
    List<Point> points = new ArrayList<>();
    points.add(new Point(1, 0, new TreeMap<>()));
    for (int step = 1; step < 500; step++) {
      double value = step % 7 == 0 ? Double.NaN : step / 7.0;
      // Names of their own each time, as a record that was read has them.
      points.add(
          new Point(
              1_000L * step,
              step,
              new TreeMap<>(
                  step < 300
                      ? Map.of(new String("b"), value, new String("a"), -value)
                      : Map.of(new String("b"), value))));
    }
    PointList kept = new PointList();
    kept.addAll(points);
    assertThat(kept).isEqualTo(points);
    assertThat(kept.nameLists()).isEqualTo(3);
  }
}
