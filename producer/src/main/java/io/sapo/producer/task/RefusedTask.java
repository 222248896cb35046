package io.sapo.producer.task;

/**
 * An unreadable task and where it was read, for a dead letter.
 *
 * @param source topic, or file name
 * @param partition of the topic; -1 for a file
 * @param offset in the topic, or line number in the file
 * @param key null when it has none
 * @param value as it was found
 */
public record RefusedTask(String source, int partition, long offset, byte[] key, byte[] value) {}
