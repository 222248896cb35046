package io.sapo.producer.task;

import io.sapo.schemas.Task;

/** A task with one way of solving it, as supervised training wants it. */
public record SolvedTask(Task task, String solution) {}
