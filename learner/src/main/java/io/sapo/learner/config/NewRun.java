package io.sapo.learner.config;

/**
 * What a new run begins with; a run that has versions keeps its own.
 *
 * @param id names the run
 */
public record NewRun(String id, InitialModel model) {}
