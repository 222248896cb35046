package io.sapo.system.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.configuration.ConfigLoader;
import io.sapo.standalone.folder.RunFolder;
import io.sapo.standalone.progress.RunSummary;
import io.sapo.standalone.run.TrainingRun;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A training that goes on until it is stopped, with its admin endpoint. */
final class WatchedTraining implements AutoCloseable {
  /** What the endpoint takes for commands. */
  static final String TOKEN = "a-token-for-tests-only";

  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final Pattern ADDRESS = Pattern.compile("status at (http://\\S+)");

  private final TrainingRun run;
  private final CompletableFuture<RunSummary> ended;
  private final String address;

  private WatchedTraining(TrainingRun run, CompletableFuture<String> said) {
    this.run = run;
    ended = CompletableFuture.supplyAsync(this::runToItsEnd);
    CompletableFuture.anyOf(said, ended).orTimeout(2, TimeUnit.MINUTES).join();
    address = said.join();
  }

  /** Returns when the endpoint listens. */
  static WatchedTraining start(Path folder, Path checkpoint, List<String> settings) {
    ConfigLoader loader = new ConfigLoader();
    List.of("run.updates=1000000", "admin.token=" + TOKEN).forEach(loader::set);
    settings.forEach(loader::set);
    CompletableFuture<String> said = new CompletableFuture<>();
    StringWriter out =
        new StringWriter() {
          @Override
          public void flush() {
            Matcher found = ADDRESS.matcher(toString());
            if (found.find()) {
              said.complete(found.group(1));
            }
          }
        };
    TrainingRun run =
        new TrainingRun(
            loader.load(), new RunFolder(folder), checkpoint, new PrintWriter(out), false, false);
    return new WatchedTraining(run, said);
  }

  private RunSummary runToItsEnd() {
    try {
      return run.run();
    } catch (InterruptedException e) {
      throw new CompletionException(e);
    }
  }

  /** Such as {@code http://127.0.0.1:8080}. */
  String address() {
    return address;
  }

  /** The answer to a request for a path of the endpoint's. */
  String get(String path) {
    return answer(request(path));
  }

  /** Gives a command, such as {@code evaluate}, with the token. */
  String command(String action) {
    return answer(
        request("/api/control/" + action)
            .header("authorization", "Bearer " + TOKEN)
            .POST(HttpRequest.BodyPublishers.noBody()));
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(address + path));
  }

  private static String answer(HttpRequest.Builder request) {
    try {
      return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString()).body();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  boolean isRunning() {
    return !ended.isDone();
  }

  /** Stops it; it must have trained. */
  @Override
  public void close() {
    run.stop();
    assertThat(ended.join().version()).isPositive();
  }
}
