package io.sapo.producer.task;

/**
 * A picture as a row has it.
 *
 * @param bytes encoded; null when it is named by a path
 * @param path relative to the file's folder; null beside bytes
 */
record ImageSource(byte[] bytes, String path) {}
