package io.sapo.configuration;

import java.util.ArrayList;
import java.util.List;

/** Wrong configuration; the message lists the first fifty findings. */
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1;
  static final int MOST_SHOWN = 50;

  private final transient List<String> findings;

  public ConfigException(List<String> findings) {
    super("the configuration is wrong:\n  " + String.join("\n  ", shown(findings)));
    this.findings = List.copyOf(findings);
  }

  private static List<String> shown(List<String> findings) {
    List<String> shown =
        new ArrayList<>(findings.subList(0, Math.min(MOST_SHOWN, findings.size())));
    if (findings.size() > MOST_SHOWN) {
      shown.add("and %d more".formatted(findings.size() - MOST_SHOWN));
    }
    return shown;
  }

  public List<String> findings() {
    return findings;
  }
}
