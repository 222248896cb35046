package io.sapo.browser;

import io.vertx.core.json.JsonArray;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * What must hold for every page, whatever it shows: no sideways scrolling, no value that JavaScript
 * could not make text of, no serious barrier for people who use assistive technology. Looked at
 * light and wide, and dark and narrow; each look leaves a picture.
 */
public final class PageCheck {
  private static final List<String> SLIPS = List.of("[object", "undefined", "NaN");

  private final Browser browser;
  private final Path pictures;

  /**
   * @param pictures folder for the pictures
   */
  public PageCheck(Browser browser, Path pictures) {
    this.browser = browser;
    this.pictures = pictures;
  }

  /**
   * Looks at the page that is open; afterwards it is light and wide.
   *
   * @param name of the picture files
   * @throws AssertionError when something does not hold
   */
  public void look(String name) throws IOException {
    look(name, "light", 1280);
    look(name, "dark", 400);
    browser.prefer("light");
    browser.resize(1280, 900);
  }

  private void look(String name, String scheme, int width) throws IOException {
    browser.prefer(scheme);
    browser.resize(width, 900);
    browser.runAsync(
        "const done = arguments[arguments.length - 1]; scrollTo(0, 0);"
            + "requestAnimationFrame(() => requestAnimationFrame(() => done(1)))");
    Path file = pictures.resolve(name + "-" + scheme + "-" + width + ".png");
    browser.screenshot(file);
    Object sideways =
        browser.run(
            "return document.documentElement.scrollWidth - document.documentElement.clientWidth");
    require(Integer.valueOf(0).equals(sideways), file + ": scrolls sideways by " + sideways);
    String text = browser.text("main");
    SLIPS.forEach(slip -> require(!text.contains(slip), file + ": shows '" + slip + "'"));
    List<?> barriers = barriers();
    require(barriers.isEmpty(), file + ": " + barriers);
  }

  /** Serious and critical findings of axe-core. */
  private List<?> barriers() throws IOException {
    try (InputStream axe = PageCheck.class.getResourceAsStream("/axe.min.js")) {
      browser.run(new String(axe.readAllBytes(), StandardCharsets.UTF_8));
    }
    JsonArray violations =
        (JsonArray)
            browser.runAsync(
                "const done = arguments[arguments.length - 1];"
                    + "axe.run(document, {resultTypes: ['violations'], preload: false})"
                    + ".then(r => done("
                    + "r.violations.filter(v => ['serious', 'critical'].includes(v.impact))"
                    + ".map(v => v.id + ': ' + v.nodes.slice(0, 3)"
                    + ".map(n => n.html.slice(0, 200) + ' ' + n.failureSummary).join(' | '))))");
    return violations.getList();
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise);
    }
  }
}
