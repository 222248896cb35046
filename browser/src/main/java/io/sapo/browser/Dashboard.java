package io.sapo.browser;

import java.util.List;

/** The dashboard of an admin server, as a person uses it. */
public final class Dashboard {
  private final Browser browser;
  private final String address;

  /**
   * @param address of the server, without a trailing slash
   */
  public Dashboard(Browser browser, String address) {
    this.browser = browser;
    this.address = address;
  }

  /** Loads a page anew and waits for its heading. */
  public void show(String route, String heading) {
    browser.go("about:blank");
    browser.go(address + "/#" + route);
    browser.awaitText("h1", heading);
  }

  /** Types the token into its dialog, as this tab's from now on. */
  public void useToken(String token) {
    browser.click("#token");
    browser.type("#token-input", token);
    browser.click("#token-dialog button.primary");
    browser.awaitText("#token", "Token set");
  }

  /** Presses the button with this text. */
  public void press(String title) {
    browser.await(
        "[...document.querySelectorAll('button')].some(b => b.innerText === arguments[0])", title);
    browser.run(
        "[...document.querySelectorAll('button')].find(b => b.innerText === arguments[0]).click()",
        title);
  }

  /** Picks an option of a select as the keyboard would. */
  public void choose(String selector, String value) {
    browser.run(
        "const s = document.querySelector(arguments[0]); s.value = arguments[1];"
            + "s.dispatchEvent(new InputEvent('input', {bubbles: true}));"
            + "s.dispatchEvent(new Event('change', {bubbles: true}))",
        selector,
        value);
  }

  /** Lines of the console that are warnings or errors, but for requests to these addresses. */
  public List<String> complaintsExceptOf(String path) {
    return browser.complaints().stream().filter(line -> !line.contains(path)).toList();
  }
}
