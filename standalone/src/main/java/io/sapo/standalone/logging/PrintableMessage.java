package io.sapo.standalone.logging;

import ch.qos.logback.classic.pattern.MessageConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import io.sapo.command.Printable;

/** The message as a terminal may show it: texts in it may come from records. */
public final class PrintableMessage extends MessageConverter {
  @Override
  public String convert(ILoggingEvent event) {
    return Printable.text(super.convert(event));
  }
}
