package io.sapo.browser;

import io.sapo.testing.Folders;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Headless Chromium by way of chromedriver: W3C WebDriver over HTTP, and DevTools where it lacks.
 *
 * <p>Selenium's client (4.38 for Chrome) is 26 jars of 23 MB, one of which fetches drivers at run
 * time; it would spare the hundred lines that speak the protocol here.
 */
public final class Browser implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int ATTEMPTS = 5;
  private static final String TAKEN = "Address already in use";
  private static final Pattern STARTED = Pattern.compile("started successfully on port (\\d+)");

  private final HttpClient http = HttpClient.newHttpClient();
  private final Process driver;
  private final Path temporary;
  private final String session;

  /**
   * @param temporary folder for the programs' files, deleted at the end
   */
  private Browser(Process driver, Path temporary, String session) {
    this.driver = driver;
    this.temporary = temporary;
    this.session = session;
  }

  /** Empty when both programs are there, else what is missing. */
  public static String missing() {
    return program("chromedriver").isEmpty()
        ? "chromedriver is not on the PATH"
        : program("chromium").or(() -> program("google-chrome")).isEmpty()
            ? "neither chromium nor google-chrome is on the PATH"
            : "";
  }

  private static Optional<String> program(String name) {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator))
        .map(folder -> Path.of(folder, name))
        .filter(Files::isExecutable)
        .map(Path::toString)
        .findFirst();
  }

  public static Browser open() throws IOException {
    return open(program("chromedriver").orElseThrow());
  }

  /** The driver chooses a port before it listens: another process may take it in between. */
  static Browser open(String chromedriver) throws IOException {
    for (int left = ATTEMPTS; ; left--) {
      try {
        return start(chromedriver);
      } catch (PortTakenException e) {
        if (left == 1) {
          throw e;
        }
      }
    }
  }

  private static Browser start(String chromedriver) throws IOException {
    Path temporary = Files.createTempDirectory("sapo-browser");
    ProcessBuilder program = new ProcessBuilder(chromedriver, "--port=0").redirectErrorStream(true);
    program.environment().put("TMPDIR", temporary.toString());
    Process driver = program.start();
    try {
      String address = "http://127.0.0.1:" + port(driver) + "/session";
      JsonObject opened = (JsonObject) new Browser(driver, temporary, address).post("", wanted());
      return new Browser(driver, temporary, address + "/" + opened.getString("sessionId"));
    } catch (IOException | RuntimeException | Error e) {
      end(driver, temporary);
      throw e;
    }
  }

  private static JsonObject wanted() {
    JsonArray arguments =
        new JsonArray(
            List.of(
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-background-networking",
                "--force-color-profile=srgb",
                "--window-size=1280,900"));
    JsonObject capabilities =
        new JsonObject()
            .put("browserName", "chrome")
            .put("timeouts", new JsonObject().put("script", PATIENCE.toMillis()))
            .put("goog:loggingPrefs", new JsonObject().put("browser", "ALL"))
            .put(
                "goog:chromeOptions",
                new JsonObject()
                    .put("binary", program("chromium").or(() -> program("google-chrome")).get())
                    .put("args", arguments));
    return new JsonObject().put("capabilities", new JsonObject().put("alwaysMatch", capabilities));
  }

  /** The browser is the driver's child, and may be deleting its own files yet. */
  private static void end(Process driver, Path temporary) {
    List<ProcessHandle> all =
        Stream.concat(driver.descendants(), Stream.of(driver.toHandle())).toList();
    all.forEach(ProcessHandle::destroy);
    all.forEach(
        process ->
            process.onExit().orTimeout(10, TimeUnit.SECONDS).exceptionally(late -> null).join());
    try {
      Folders.delete(temporary);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static final class PortTakenException extends IOException {
    PortTakenException(String problem) {
      super(problem);
    }
  }

  /** Reads what the driver prints until it says its port, and drains the rest. */
  private static int port(Process driver) throws IOException {
    BufferedReader out =
        new BufferedReader(new InputStreamReader(driver.getInputStream(), StandardCharsets.UTF_8));
    StringBuilder said = new StringBuilder();
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      Matcher found = STARTED.matcher(line);
      if (found.find()) {
        Thread drain = new Thread(() -> out.lines().forEach(ignored -> {}));
        drain.setDaemon(true);
        drain.start();
        return Integer.parseInt(found.group(1));
      }
      said.append(line).append('\n');
    }
    String problem = "chromedriver did not start: " + said;
    throw said.indexOf(TAKEN) < 0 ? new IOException(problem) : new PortTakenException(problem);
  }

  public void go(String url) {
    post("/url", new JsonObject().put("url", url));
  }

  /** Runs a function body in the page; arguments are {@code arguments[i]}. */
  public Object run(String script, Object... arguments) {
    return post(
        "/execute/sync",
        new JsonObject().put("script", script).put("args", new JsonArray(List.of(arguments))));
  }

  /** Like {@link #run}; the result is what the script hands to its last argument. */
  public Object runAsync(String script, Object... arguments) {
    return post(
        "/execute/async",
        new JsonObject().put("script", script).put("args", new JsonArray(List.of(arguments))));
  }

  public String text(String selector) {
    return (String) run("return document.querySelector(arguments[0])?.innerText ?? ''", selector);
  }

  /** Waits until a script returns true. */
  public void await(String script, Object... arguments) {
    Instant end = Instant.now().plus(PATIENCE);
    while (Instant.now().isBefore(end)) {
      if (Boolean.TRUE.equals(run("return !!(" + script + ")", arguments))) {
        return;
      }
      LockSupport.parkNanos(100_000_000);
    }
    throw new AssertionError(script + " did not become true; the page says:\n" + text("body"));
  }

  public void awaitText(String selector, String text) {
    await("document.querySelector(arguments[0])?.innerText.includes(arguments[1])", selector, text);
  }

  public void click(String selector) {
    post("/element/" + element(selector) + "/click", new JsonObject());
  }

  public void type(String selector, String text) {
    post("/element/" + element(selector) + "/value", new JsonObject().put("text", text));
  }

  /** Moves the pointer to the middle of an element. */
  public void hover(String selector) {
    JsonObject origin =
        new JsonObject().put("element-6066-11e4-a52e-4f735466cecf", element(selector));
    JsonObject move =
        new JsonObject()
            .put("type", "pointerMove")
            .put("duration", 0)
            .put("x", 0)
            .put("y", 0)
            .put("origin", origin);
    act(new JsonObject().put("type", "pointer").put("id", "mouse"), List.of(move));
  }

  /** Presses keys one after the other; see WebDriver for the codes of special ones. */
  public void press(String... keys) {
    List<JsonObject> actions = new ArrayList<>();
    for (String key : keys) {
      actions.add(new JsonObject().put("type", "keyDown").put("value", key));
      actions.add(new JsonObject().put("type", "keyUp").put("value", key));
    }
    act(new JsonObject().put("type", "key").put("id", "keys"), actions);
  }

  private void act(JsonObject source, List<JsonObject> actions) {
    source.put("actions", new JsonArray(actions));
    post("/actions", new JsonObject().put("actions", new JsonArray().add(source)));
  }

  private String element(String selector) {
    JsonObject found =
        (JsonObject)
            post("/element", new JsonObject().put("using", "css selector").put("value", selector));
    return found.getString("element-6066-11e4-a52e-4f735466cecf");
  }

  public void resize(int width, int height) {
    devtools(
        "Emulation.setDeviceMetricsOverride",
        new JsonObject()
            .put("width", width)
            .put("height", height)
            .put("deviceScaleFactor", 1)
            .put("mobile", false));
  }

  public void prefer(String scheme) {
    JsonObject feature = new JsonObject().put("name", "prefers-color-scheme").put("value", scheme);
    devtools(
        "Emulation.setEmulatedMedia",
        new JsonObject().put("features", new JsonArray().add(feature)));
  }

  /** The whole page, as long as it is. */
  public void screenshot(Path file) throws IOException {
    long height = ((Number) run("return document.documentElement.scrollHeight")).longValue();
    long width = ((Number) run("return innerWidth")).longValue();
    JsonObject clip =
        new JsonObject()
            .put("x", 0)
            .put("y", 0)
            .put("width", width)
            .put("height", Math.min(height, 4_000))
            .put("scale", 1);
    save(
        file,
        new JsonObject().put("format", "png").put("captureBeyondViewport", true).put("clip", clip));
  }

  /** What a person would see of it. */
  public void screenshotOfWindow(Path file) throws IOException {
    save(file, new JsonObject().put("format", "png"));
  }

  private void save(Path file, JsonObject parameters) throws IOException {
    JsonObject shot = devtools("Page.captureScreenshot", parameters);
    Files.createDirectories(file.getParent());
    Files.write(file, Base64.getDecoder().decode(shot.getString("data")));
  }

  /** What the page has written to its console since the last call, warnings and errors. */
  public List<String> complaints() {
    JsonArray log = (JsonArray) post("/se/log", new JsonObject().put("type", "browser"));
    return log.stream()
        .map(JsonObject.class::cast)
        .filter(line -> !List.of("INFO", "DEBUG").contains(line.getString("level")))
        .map(line -> line.getString("level") + " " + line.getString("message"))
        .toList();
  }

  private JsonObject devtools(String command, JsonObject parameters) {
    return (JsonObject)
        post("/goog/cdp/execute", new JsonObject().put("cmd", command).put("params", parameters));
  }

  private Object post(String path, JsonObject body) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(session + path))
            .timeout(PATIENCE)
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body.encode()))
            .build();
    try {
      HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
      JsonObject answer = new JsonObject(response.body());
      if (response.statusCode() != 200) {
        throw new AssertionError(path + ": " + answer.getJsonObject("value").getString("message"));
      }
      return answer.getValue("value");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    try {
      http.send(
          HttpRequest.newBuilder(URI.create(session)).timeout(PATIENCE).DELETE().build(),
          HttpResponse.BodyHandlers.discarding());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      end(driver, temporary);
    }
  }
}
