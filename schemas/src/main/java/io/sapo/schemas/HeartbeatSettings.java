package io.sapo.schemas;

import java.time.Duration;

/**
 * Under which name a process sends heartbeats, and how often.
 *
 * @param instance no two live processes of a component share it
 * @param interval time between two status records
 */
public record HeartbeatSettings(String instance, Duration interval) {}
