package io.sapo.standalone.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.rolling.FixedWindowRollingPolicy;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeBasedTriggeringPolicy;
import ch.qos.logback.core.util.FileSize;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where log lines go: warnings to the terminal ({@code logback.xml}), more when asked, and with a
 * run's folder known everything worth keeping into a file there.
 */
public final class Logging {
  private static final String LINE =
      "%d{yyyy-MM-dd HH:mm:ss.SSS} %-5level [%thread] %logger{28} %msg%n";
  private static final String MAX_FILE = "20MB";
  private static final String OWN = "io.sapo";

  private Logging() {}

  /** Own lines from DEBUG and libraries from WARN, all on the terminal. */
  public static void verbose(boolean verbose) {
    if (!verbose) {
      return;
    }
    context().getLogger(OWN).setLevel(Level.DEBUG);
    if (root().getAppender("TERMINAL") instanceof ConsoleAppender<ILoggingEvent> terminal) {
      terminal.clearAllFilters();
    }
  }

  /** Own lines from INFO on the terminal, for a process whose output is its log. */
  public static void service() {
    if (root().getAppender("TERMINAL") instanceof ConsoleAppender<ILoggingEvent> terminal) {
      terminal.clearAllFilters();
      TerminalFilter filter = new TerminalFilter(Level.INFO);
      filter.start();
      terminal.addFilter(filter);
    }
  }

  /** Adds the file; own lines from INFO, those of libraries from WARN. */
  public static void toFile(Path file) {
    LoggerContext context = context();
    RollingFileAppender<ILoggingEvent> appender = new RollingFileAppender<>();
    appender.setContext(context);
    appender.setName("FILE " + file);
    appender.setFile(file.toString());

    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern(LINE);
    encoder.start();
    appender.setEncoder(encoder);

    FixedWindowRollingPolicy rolling = new FixedWindowRollingPolicy();
    rolling.setContext(context);
    rolling.setParent(appender);
    rolling.setFileNamePattern(file + ".%i");
    rolling.setMinIndex(1);
    rolling.setMaxIndex(2);
    rolling.start();
    appender.setRollingPolicy(rolling);

    SizeBasedTriggeringPolicy<ILoggingEvent> trigger = new SizeBasedTriggeringPolicy<>();
    trigger.setContext(context);
    trigger.setMaxFileSize(FileSize.valueOf(MAX_FILE));
    trigger.start();
    appender.setTriggeringPolicy(trigger);

    appender.start();
    root().addAppender(appender);
  }

  /** Ends what {@link #toFile} began. */
  public static void closeFile(Path file) {
    var appender = root().getAppender("FILE " + file);
    if (appender != null) {
      root().detachAppender(appender);
      appender.stop();
    }
  }

  private static ch.qos.logback.classic.Logger root() {
    return context().getLogger(Logger.ROOT_LOGGER_NAME);
  }

  private static LoggerContext context() {
    return (LoggerContext) LoggerFactory.getILoggerFactory();
  }
}
