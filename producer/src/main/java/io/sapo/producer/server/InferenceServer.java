package io.sapo.producer.server;

import io.sapo.policy.generation.Generation;
import io.sapo.producer.engine.Outage;
import io.sapo.producer.server.Dialect.Identity;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One server as an engine uses it: a thread of its own finds out what it is, gives it each new
 * weight version and checks by a probe that it samples from it. What goes wrong makes it suspect:
 * it gets no request until it has been looked at anew, with growing waits in between.
 *
 * <p>State is guarded by the engine's lock; requests to the server are made without it.
 */
final class InferenceServer {
  private static final Logger log = LoggerFactory.getLogger(InferenceServer.class);
  private static final Duration HEALTH_EVERY = Duration.ofSeconds(5);
  static final long END_WITHIN_MS = 2_000;

  private final ServerEngine engine;
  private final ServerClient client;
  private final Dialect dialect;
  private final Handshake handshake;
  private final Waits waits;
  private final Thread thread;

  private Identity identity;
  private Publication accepting;

  /** As it was last shown; null before. */
  private ReportedDistribution reported;

  /** Whether it has shown that since it was looked at anew: until then nothing is asked of it. */
  private boolean proved;

  private boolean givenUp;

  private final Load load = new Load();
  private final Confirmations confirmations;
  private final Standing standing;
  private final Wakeups wakeups;

  /** Whether whole weights are being given, with the server paused meanwhile. */
  private boolean changing;

  InferenceServer(
      ServerEngine engine, ServerClient client, Dialect dialect, Handshake handshake, Waits waits) {
    this.engine = engine;
    this.client = client;
    this.dialect = dialect;
    this.handshake = handshake;
    this.waits = waits;
    this.confirmations = new Confirmations(engine.requests());
    this.standing = new Standing(client.address());
    this.wakeups = new Wakeups(engine.lock());
    this.thread = new Thread(this::run, "inference-server-" + client.address().getAuthority());
    thread.setDaemon(true);
  }

  /** Under the lock. */
  void start() {
    standing.begin();
    thread.start();
  }

  ServerClient client() {
    return client;
  }

  Dialect dialect() {
    return dialect;
  }

  /** Whether it samples from these weights. Under the lock. */
  boolean accepts(Publication target) {
    return identity != null && target != null && accepting == target && !standing.suspect();
  }

  /** Of what it has last shown to report log-probabilities; empty before. Under the lock. */
  Optional<ReportedDistribution> reports() {
    return Optional.ofNullable(reported);
  }

  /** Whether it is never looked at again. Under the lock. */
  boolean givenUp() {
    return givenUp;
  }

  /** Requests it has. Under the lock. */
  int load() {
    return load.requests();
  }

  /**
   * Why nothing that it generates can be used, with its address; empty when it can be. Under the
   * lock.
   */
  Optional<Outage> outage() {
    return standing.outage();
  }

  /** There are new weights, or something else to look at. Under the lock. */
  void wake() {
    wakeups.news();
  }

  /** What a request is asked by. Under the lock. */
  record Asked(Identity identity, Publication weights) {}

  /** A request is about to be sent. Under the lock. */
  Asked begin() {
    load.begin(accepting);
    return new Asked(identity, accepting);
  }

  /** A request that was sent is over. Under the lock. */
  void end(Asked asked) {
    load.end(asked.weights());
    if (load.none()) {
      wake();
    }
  }

  /** Takes a response that is right in itself. Under the lock. */
  void generated(OpenRequest open, Generation generation, List<String> names) {
    standing.answered();
    confirmations.take(open, generation, names, standing.suspect());
  }

  /** An answer was refused. Under the lock. */
  void answerRefused(String reason) {
    standing.answerRefused(reason).ifPresent(this::suspect);
  }

  /** It must be looked at before it is used again. Under the lock. */
  void suspect(String why) {
    if (!standing.suspect()) {
      standing.fault(why);
      wake();
    }
  }

  private void run() {
    while (!isClosed()) {
      try {
        sleepBeforeNextLook();
        tend();
        synchronized (engine.lock()) {
          wakeups.awaitNews(HEALTH_EVERY.toMillis());
        }
      } catch (ServerException
          | DeadlineException
          | UnfitServerException
          | RefusedAnswerException e) {
        failed(e.getMessage());
      } catch (RuntimeException e) {
        if (!isClosed()) {
          // An answer to a control request may do that; another server may stand there tomorrow.
          log.error("inference server {} cannot be used", client.address(), e);
          failed("it cannot be used: " + e);
        }
      } catch (Error e) {
        if (isClosed()) {
          return;
        }
        log.error("inference server {} is given up", client.address(), e);
        failed("given up: " + e);
        synchronized (engine.lock()) {
          givenUp = true;
          engine.dispatch();
        }
        return;
      }
    }
  }

  private void sleepBeforeNextLook() {
    synchronized (engine.lock()) {
      wakeups.sleep(standing.suspect() ? waits.after(standing.faultsInARow()) : 0);
    }
  }

  private boolean isClosed() {
    synchronized (engine.lock()) {
      return wakeups.closed();
    }
  }

  private void failed(String why) {
    synchronized (engine.lock()) {
      standing.stage("");
      standing.fault(why);
      confirmations.abandon();
    }
  }

  private void tend() {
    Publication target;
    boolean known;
    synchronized (engine.lock()) {
      if (standing.suspect()) {
        identity = null;
        accepting = null;
        proved = false;
        confirmations.clear();
      }
      target = engine.target();
      known = identity != null;
    }
    if (target == null) {
      return;
    }
    if (!known) {
      setStage("; it is asked what it is");
      Identity found = handshake.identify(client, dialect);
      synchronized (engine.lock()) {
        identity = found;
        standing.identified();
      }
    }
    if (accepting == target) {
      if (!dialect.healthy(client)) {
        throw new ServerException("it does not say that it is healthy");
      }
    } else {
      takeUp(target);
    }
    forgetOld();
  }

  private void takeUp(Publication target) {
    Identity current = identity;
    if (!current.inPlace() && !target.adapter()) {
      awaitNoRequests();
    }
    setStage("; it is given version " + target.version());
    synchronized (engine.lock()) {
      if (wakeups.closed()) {
        return;
      }
      confirmations.expect(target);
      changing = !target.adapter();
    }
    try {
      dialect.load(client, current, target);
    } finally {
      synchronized (engine.lock()) {
        changing = false;
        engine.lock().notifyAll();
      }
    }
    synchronized (engine.lock()) {
      if (standing.suspect()) {
        return;
      }
      // What would wait there waits here: its time runs from when it is sent.
      if (proved && !load.mayKeepWaiting(target)) {
        accept(target);
      }
    }
    setStage("; it is to show that it samples from version " + target.version());
    ReportedDistribution now =
        handshake.prove(
            client, dialect, current, target, waits.probe(), () -> mayHaveToWait(target));
    synchronized (engine.lock()) {
      if (proved && now != reported) {
        throw new UnfitServerException(
            "it reports other log-probabilities than before; was it restarted?");
      }
      reported = now;
      standing.proved(target.version());
      confirmations.confirm(target);
      if (accepting != target && !standing.suspect()) {
        proved = true;
        accept(target);
      }
    }
  }

  private boolean mayHaveToWait(Publication target) {
    synchronized (engine.lock()) {
      return load.mayKeepWaiting(target) && !standing.suspect() && !wakeups.closed();
    }
  }

  /** Whether its folder may be read yet. Under the lock. */
  boolean uses(String weights) {
    return load.uses(weights) || confirmations.isLoading(weights);
  }

  private void accept(Publication target) {
    accepting = target;
    engine.dispatch();
  }

  private void setStage(String now) {
    synchronized (engine.lock()) {
      standing.stage(now);
    }
  }

  private void awaitNoRequests() {
    synchronized (engine.lock()) {
      accepting = null;
      while (!load.none() && !wakeups.closed()) {
        wakeups.pause(HEALTH_EVERY.toMillis());
      }
    }
  }

  /** What is older than the oldest request is no longer needed. */
  private void forgetOld() {
    List<Publication> old;
    synchronized (engine.lock()) {
      old = confirmations.forget(one -> one != accepting && !load.uses(one.name()));
    }
    if (!old.isEmpty() && !identity.inPlace()) {
      old.forEach(one -> dialect.unload(client, identity, one));
    }
  }

  /** It is to end, after what it is doing. */
  void stop() {
    synchronized (engine.lock()) {
      standing.silence();
      wakeups.close();
    }
  }

  /**
   * Waits for its end. What is on its way is interrupted, weights that are being given only when
   * the time is over: the server is paused meanwhile.
   *
   * @param until as {@link System#nanoTime} has it
   */
  void end(long until) {
    synchronized (engine.lock()) {
      long left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
      while (changing && left > 0 && !Thread.currentThread().isInterrupted()) {
        wakeups.pause(left);
        left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
      }
    }
    thread.interrupt();
    try {
      thread.join(END_WITHIN_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
