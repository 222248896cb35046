package io.sapo.distribution;

import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;

/** Shown commands that no build can run, by what they need. */
enum NotRun {
  GPU("a GPU", "(train|doctor) .*gpu0.*"),
  INFERENCE_SERVER(
      "a running vLLM; RealServerTest tries one", "(train|producer|gateway) .*engine=vllm.*"),
  MLFLOW("an MLflow server; MlflowExportTest has one", "mlflow --to URL"),
  ACCESS_CONTROL("brokers with access control; AccessTest has one", "acls producer .*--create.*"),
  BENCHMARK("a quiet machine for minutes", "bench( .*)?"),
  TORTURE("minutes of kills; TortureTest runs it", "torture .*");

  private final String need;
  private final Pattern command;

  NotRun(String need, String command) {
    this.need = need;
    this.command = Pattern.compile(command);
  }

  boolean covers(ShownCommand shown) {
    return command.matcher(String.join(" ", shown.words())).matches();
  }

  static Optional<NotRun> of(ShownCommand shown) {
    return Arrays.stream(values()).filter(reason -> reason.covers(shown)).findFirst();
  }

  @Override
  public String toString() {
    return name() + ", needs " + need;
  }
}
