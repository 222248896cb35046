package io.sapo.segmenter.topology;

import io.sapo.schemas.DeadLetters;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/** A processor that passes records on or refuses them. One instance a task, on one thread. */
abstract class Step<V> implements Processor<byte[], V, byte[], Object> {
  private final Counters counters;
  private ProcessorContext<byte[], Object> context;

  Step(Counters counters) {
    this.counters = counters;
  }

  @Override
  public void init(ProcessorContext<byte[], Object> context) {
    this.context = context;
  }

  final ProcessorContext<byte[], Object> context() {
    return context;
  }

  final Counters counters() {
    return counters;
  }

  final void refuse(Source source, long timestamp, Reason reason, String detail) {
    counters.countRefused(reason);
    DeadLetters.Kept kept = DeadLetters.Kept.of(source.key(), source.value(), detail);
    context.forward(
        new Record<>(
            kept.key(),
            (Object) kept.value(),
            timestamp,
            DeadLetters.headers(
                reason.label(),
                kept.detail(),
                source.topic(),
                source.partition(),
                source.offset())),
        Nodes.DEAD_LETTERS);
  }
}
