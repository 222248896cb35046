package io.sapo.producer.engine;

import java.time.Duration;

/**
 * No response can be used at the moment: no inference server has been verified to sample from the
 * run's weights.
 *
 * @param reason what is waited for, for people
 * @param lasts since a server last was verified, or since the start
 */
public record Outage(String reason, Duration lasts) {}
