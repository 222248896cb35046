package io.sapo.schemas;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * What the role is called that a heartbeat is of: its component in lower case, or, for roles that
 * came after the schema of heartbeats ({@link Component#UNKNOWN}), what the heartbeat's info says.
 */
public final class RoleName {
  /** Entry of the info of a heartbeat whose component is {@link Component#UNKNOWN}. */
  public static final String INFO = "role";

  public static final String GATEWAY = "gateway";

  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,31}");

  private RoleName() {}

  /** Such as {@code producer}; {@code unknown} where the heartbeat does not say. */
  public static String of(Status status) {
    String component = status.getComponent().name().toLowerCase(Locale.ROOT);
    String said = status.getInfo().getOrDefault(INFO, "");
    boolean named = status.getComponent() == Component.UNKNOWN && NAME.matcher(said).matches();
    return named ? said : component;
  }
}
