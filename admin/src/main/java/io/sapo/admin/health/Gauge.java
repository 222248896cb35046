package io.sapo.admin.health;

/** Names of heartbeat gauges that are singled out; others are shown too. */
public final class Gauge {
  /** Versions a trained trajectory may be old at most. */
  public static final String STALENESS_BOUND = "staleness_bound";

  private Gauge() {}
}
