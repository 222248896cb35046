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
    context.forward(
        new Record<>(
            source.key(),
            (Object) source.value(),
            timestamp,
            DeadLetters.headers(
                reason.label(), detail, source.topic(), source.partition(), source.offset())),
        Nodes.DEAD_LETTERS);
  }
}
