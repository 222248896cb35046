package io.sapo.admin.run;

/** What is kept of a dead letter; its bytes are read back from {@code position}. */
public record DeadLetterEntry(
    Position position,
    long atMs,
    String key,
    int bytes,
    String reason,
    String detail,
    String sourceTopic,
    String sourcePartition,
    String sourceOffset) {}
