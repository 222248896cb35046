package io.sapo.standalone.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;

/**
 * Log events that are shown on a terminal: own warnings, and errors of libraries. Of Kafka nothing:
 * brokers that come and go and groups that rebalance are its daily business, and what ends a role
 * is the role's to report. All of it is in the log; see {@link Logging}.
 */
public final class TerminalFilter extends Filter<ILoggingEvent> {
  private final Level own;

  public TerminalFilter() {
    this(Level.WARN);
  }

  /**
   * @param own lowest level of own lines let through
   */
  TerminalFilter(Level own) {
    this.own = own;
  }

  @Override
  public FilterReply decide(ILoggingEvent event) {
    if (event.getMarkerList() != null && event.getMarkerList().contains(Logging.KEPT)) {
      return FilterReply.DENY;
    }
    String logger = event.getLoggerName();
    boolean ours = logger.startsWith("io.sapo.");
    boolean kafka =
        logger.startsWith("org.apache.kafka.")
            || logger.startsWith("kafka.")
            || logger.equals("state.change.logger");
    boolean shown = event.getLevel().isGreaterOrEqual(ours ? own : Level.ERROR) && !kafka;
    return shown ? FilterReply.NEUTRAL : FilterReply.DENY;
  }
}
