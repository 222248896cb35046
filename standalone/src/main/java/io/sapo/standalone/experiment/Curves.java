package io.sapo.standalone.experiment;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** One picture: a number over sampled tokens, a line and a band an arm. */
final class Curves {
  private static final String[] COLOURS = {
    "#1b6ca8", "#c8553d", "#3a7d44", "#8e5ea2", "#b8860b", "#555555", "#20808d", "#d1495b"
  };
  private static final int WIDTH = 720;
  private static final int HEIGHT = 360;
  private static final int LEFT = 60;
  private static final int BOTTOM = 40;
  private static final int TOP = 30;
  private static final int RIGHT = 190;
  private static final int PLACES = 40;

  private record Line(String arm, List<Bootstrap> means) {}

  private final String title;
  private final double budget;
  private final List<Line> lines = new ArrayList<>();

  /**
   * @param budget tokens at the right edge
   */
  Curves(
      String title,
      double budget,
      Map<String, List<RunResult>> results,
      ToDoubleFunction<RunResult.Point> number) {
    this.title = title;
    this.budget = budget;
    results.forEach((arm, runs) -> lines.add(new Line(arm, means(runs, number))));
  }

  private List<Bootstrap> means(List<RunResult> runs, ToDoubleFunction<RunResult.Point> number) {
    List<Bootstrap> means = new ArrayList<>();
    for (int place = 0; place < PLACES; place++) {
      double from = budget * place / PLACES;
      double to = budget * (place + 1) / PLACES;
      double[] values = runs.stream().mapToDouble(run -> at(run, from, to, number)).toArray();
      means.add(Bootstrap.of(values));
    }
    return means;
  }

  /** Mean of the updates that end between, NaN where none does; held beyond the run's end. */
  private static double at(
      RunResult run, double from, double to, ToDoubleFunction<RunResult.Point> number) {
    if (from >= run.tokens()) {
      return run.at(from, number);
    }
    return run.updates().stream()
        .filter(point -> point.tokens() > from && point.tokens() <= to)
        .mapToDouble(number)
        .filter(value -> !Double.isNaN(value))
        .average()
        .orElse(Double.NaN);
  }

  boolean empty() {
    return lines.stream()
        .allMatch(line -> line.means.stream().allMatch(m -> Double.isNaN(m.mean())));
  }

  String svg() {
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    for (Line line : lines) {
      for (Bootstrap mean : line.means) {
        if (!Double.isNaN(mean.mean())) {
          low = Math.min(low, mean.low());
          high = Math.max(high, mean.high());
        }
      }
    }
    if (!(high > low)) {
      high = low + 1;
    }
    StringBuilder svg = new StringBuilder();
    svg.append(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"12\">%n"
            .formatted(WIDTH, HEIGHT));
    svg.append("<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n");
    text(svg, LEFT, 18, "start", title);
    text(svg, (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 8, "middle", "sampled tokens");
    for (int tick = 0; tick <= 4; tick++) {
      double value = low + (high - low) * tick / 4;
      double y = y(value, low, high);
      svg.append(
          String.format(
              Locale.ROOT, "<path d=\"M%d %.1fH%d\" stroke=\"#ddd\"/>%n", LEFT, y, WIDTH - RIGHT));
      text(svg, LEFT - 6, y + 4, "end", String.format(Locale.ROOT, "%.3g", value));
      text(
          svg,
          LEFT + (WIDTH - RIGHT - LEFT) * tick / 4.0,
          HEIGHT - BOTTOM + 16,
          "middle",
          String.format(Locale.ROOT, "%.0fk", budget * tick / 4000));
    }
    for (int i = 0; i < lines.size(); i++) {
      draw(svg, lines.get(i), COLOURS[i % COLOURS.length], TOP + 16 * i + 10, low, high);
    }
    return svg.append("</svg>\n").toString();
  }

  private static void draw(
      StringBuilder svg, Line line, String colour, int legend, double low, double high) {
    StringBuilder upper = new StringBuilder();
    StringBuilder lower = new StringBuilder();
    StringBuilder mean = new StringBuilder();
    for (int place = 0; place < PLACES; place++) {
      Bootstrap at = line.means.get(place);
      if (!Double.isNaN(at.mean())) {
        double x = LEFT + (WIDTH - RIGHT - LEFT) * (place + 0.5) / PLACES;
        upper.append(String.format(Locale.ROOT, "%.1f,%.1f ", x, y(at.high(), low, high)));
        lower.insert(0, String.format(Locale.ROOT, "%.1f,%.1f ", x, y(at.low(), low, high)));
        mean.append(String.format(Locale.ROOT, "%.1f,%.1f ", x, y(at.mean(), low, high)));
      }
    }
    svg.append(
        "<polygon points=\"%s%s\" fill=\"%s\" opacity=\"0.15\"/>%n"
            .formatted(upper, lower, colour));
    svg.append(
        "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.6\"/>%n"
            .formatted(mean, colour));
    svg.append(
        "<rect x=\"%d\" y=\"%d\" width=\"12\" height=\"4\" fill=\"%s\"/>%n"
            .formatted(WIDTH - RIGHT + 12, legend - 5, colour));
    text(svg, WIDTH - RIGHT + 30, legend, "start", line.arm);
  }

  private static double y(double value, double low, double high) {
    return HEIGHT - BOTTOM - (value - low) / (high - low) * (HEIGHT - BOTTOM - TOP);
  }

  private static void text(StringBuilder svg, double x, double y, String anchor, String text) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n",
            x,
            y,
            anchor,
            text.replace("&", "&amp;").replace("<", "&lt;")));
  }
}
