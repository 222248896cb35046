package io.sapo.configuration;

import java.util.List;

/** Wrong configuration; the message lists every finding. */
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final transient List<String> findings;

  public ConfigException(List<String> findings) {
    super("the configuration is wrong:\n  " + String.join("\n  ", findings));
    this.findings = List.copyOf(findings);
  }

  public List<String> findings() {
    return findings;
  }
}
