package io.sapo.schemas;

/**
 * How long a producer has been without an inference server whose responses it can use, as its
 * heartbeats say in {@link #GAUGE}; their message says why.
 */
public final class ServersWaitedFor {
  /** In seconds; 0 where it has one, or needs none. */
  public static final String GAUGE = "servers_waited_for_seconds";

  private ServersWaitedFor() {}
}
