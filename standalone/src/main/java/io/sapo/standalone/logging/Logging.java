package io.sapo.standalone.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.rolling.FixedWindowRollingPolicy;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeBasedTriggeringPolicy;
import ch.qos.logback.core.util.FileSize;
import java.nio.file.Path;
import net.logstash.logback.encoder.LogstashEncoder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;
import org.slf4j.MarkerFactory;

/**
 * Where log lines go. A person at a terminal sees sentences ({@code logback.xml}, {@link
 * TerminalFilter}); all lines, those of libraries and stack traces included, are JSON with dates,
 * one a line: in a file of the run's folder, or in a container on standard output.
 */
public final class Logging {
  /** Of lines that are for the file alone. */
  static final Marker KEPT = MarkerFactory.getMarker("KEPT");

  private static final String MAX_FILE = "20MB";
  private static final String OWN = "io.sapo";
  private static final String TERMINAL = "TERMINAL";
  private static final String STANDARD_OUTPUT = "STANDARD OUTPUT";

  private Logging() {}

  /** Own lines from DEBUG and libraries from WARN, all on the terminal. */
  public static void verbose(boolean verbose) {
    if (!verbose) {
      return;
    }
    context().getLogger(OWN).setLevel(Level.DEBUG);
    if (terminal() instanceof ConsoleAppender<ILoggingEvent> terminal) {
      terminal.clearAllFilters();
    }
  }

  /** Own lines from INFO on the terminal, for a process that is one role. */
  public static void service() {
    if (terminal() instanceof ConsoleAppender<ILoggingEvent> terminal) {
      terminal.clearAllFilters();
      TerminalFilter filter = new TerminalFilter(Level.INFO);
      filter.start();
      terminal.addFilter(filter);
    }
  }

  /** All lines as JSON on standard output from now on, and nothing else. */
  public static void toStandardOutput() {
    if (structured()) {
      return;
    }
    ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
    appender.setContext(context());
    appender.setName(STANDARD_OUTPUT);
    appender.setEncoder(json());
    appender.start();
    root().addAppender(appender);
    root().detachAppender(TERMINAL);
  }

  /** Whether lines are for a machine to read. */
  public static boolean structured() {
    return root().getAppender(STANDARD_OUTPUT) != null;
  }

  /** All lines as JSON into this file, too, which is rolled over twice. */
  public static synchronized void toFile(Path file) {
    LoggerContext context = context();
    RollingFileAppender<ILoggingEvent> appender = new RollingFileAppender<>();
    appender.setContext(context);
    appender.setName("FILE " + file);
    appender.setFile(file.toString());
    appender.setEncoder(json());

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

  /** Writes what ends a process, and where it happened; a person is told in a sentence. */
  public static void keep(Logger log, String what, Throwable cause) {
    if (!structured()) {
      log.error(KEPT, "{}: {}", what, cause.getMessage(), cause);
    }
  }

  /** Ends what {@link #toFile} began. */
  public static synchronized void closeFile(Path file) {
    Appender<ILoggingEvent> appender = root().getAppender("FILE " + file);
    if (appender != null) {
      root().detachAppender(appender);
      appender.stop();
    }
  }

  private static Encoder<ILoggingEvent> json() {
    LogstashEncoder encoder = new LogstashEncoder();
    encoder.setContext(context());
    encoder.setTimeZone("UTC");
    encoder.setIncludeMdc(false);
    encoder.start();
    return encoder;
  }

  private static Appender<ILoggingEvent> terminal() {
    return root().getAppender(TERMINAL);
  }

  private static ch.qos.logback.classic.Logger root() {
    return context().getLogger(Logger.ROOT_LOGGER_NAME);
  }

  private static LoggerContext context() {
    return (LoggerContext) LoggerFactory.getILoggerFactory();
  }
}
