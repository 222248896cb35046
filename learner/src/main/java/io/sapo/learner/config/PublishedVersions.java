package io.sapo.learner.config;

import io.sapo.schemas.ElementType;

/**
 * How weights are published.
 *
 * @param type of elements
 * @param anchorEvery versions between whole publications of the weights
 * @param keepBytes of whole publications on the log; the newest two stay whatever they take
 */
public record PublishedVersions(ElementType type, int anchorEvery, long keepBytes) {}
