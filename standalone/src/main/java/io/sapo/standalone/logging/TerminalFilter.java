package io.sapo.standalone.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;

/**
 * Lets through own warnings and errors of libraries. Of Kafka nothing: brokers that come and go and
 * groups that rebalance are its daily business, and what ends a role is the role's to report.
 */
public final class TerminalFilter extends Filter<ILoggingEvent> {
  @Override
  public FilterReply decide(ILoggingEvent event) {
    String logger = event.getLoggerName();
    boolean own = logger.startsWith("io.sapo.");
    boolean kafka =
        logger.startsWith("org.apache.kafka.")
            || logger.startsWith("kafka.")
            || logger.equals("state.change.logger");
    boolean shown = event.getLevel().isGreaterOrEqual(own ? Level.WARN : Level.ERROR) && !kafka;
    return shown ? FilterReply.NEUTRAL : FilterReply.DENY;
  }
}
