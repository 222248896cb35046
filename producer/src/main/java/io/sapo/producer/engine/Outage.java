package io.sapo.producer.engine;

import java.time.Duration;

/**
 * Nothing that is drawn can be used: it is drawn elsewhere, and nobody there has shown that it
 * draws by the run's weights.
 *
 * @param reason what waits for what, for people
 * @param lasts since somebody last had, or since the start
 */
public record Outage(String reason, Duration lasts) {}
