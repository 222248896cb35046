package io.sapo.producer.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.policy.generation.Generation;
import io.sapo.producer.KafkaFixture;
import io.sapo.producer.engine.EngineSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Responses outlast the versions that they are by. */
class AdaptersInUseTest extends EngineHarness {
  private final Semaphore begun = new Semaphore(0);
  private final CountDownLatch end = new CountDownLatch(1);

  /** A server of which no response ends before {@link #end}. */
  private FakeServer slowServer() throws IOException {
    FakeServer server = server(0);
    server.misdeed =
        exchange -> {
          begun.release();
          try {
            end.await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
          return false;
        };
    return server;
  }

  private static ServerEngine engine(FakeServer server, Path folder, Duration probe) {
    EngineSettings usual = settings(20, Duration.ofMinutes(5), server.address());
    EngineSettings own =
        new EngineSettings(
            usual.kind(),
            usual.servers(),
            usual.token(),
            folder,
            usual.deadline(),
            usual.entropyCandidates(),
            usual.tolerance());
    return new ServerEngine(
        own, checkpoint, base, profile, SLOTS, 100, SAMPLING, new Waits(5, 50, probe));
  }

  private static List<Integer> versions(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.map(path -> path.getFileName().toString().split("[v-]")[2])
          .map(Integer::valueOf)
          .sorted()
          .toList();
    }
  }

  @Test
  void theFolderOfAnAdapterStaysWhileAResponseByItIsRunning() throws Exception {
    Path folder = temp.resolve("in-use");
    engine = engine(slowServer(), folder, Duration.ofMinutes(3));
    engine.use(first, 1);
    awaitSlots();
    engine.submit(request("0"));
    begun.acquire();
    for (int version = 2; version <= 6; version++) {
      engine.use(version % 2 == 0 ? second : first, version);
      awaitSlots(); // a version that is being loaded stays as well
    }
    assertThat(versions(folder)).as("2 may be being loaded").contains(1, 3, 4, 5, 6);
    end.countDown();
    assertThat(byId(outcomes(1)).get("0").versions()).containsOnly(1L);
    KafkaFixture.await("version 6", () -> engine.freeSlots() > 0);
    engine.use(first, 7);
    assertThat(versions(folder)).containsExactly(4, 5, 6, 7);
  }

  /** With {@code --max-loras 2}; what was generated meanwhile is taken as it is. */
  @Test
  void aProbeThatWaitsForResponsesByOtherAdaptersIsNoFault() throws Exception {
    FakeServer server = slowServer();
    server.adapters().most(2);
    engine = engine(server, temp.resolve("waiting"), Duration.ofSeconds(3));
    engine.use(first, 1);
    awaitSlots();
    engine.submit(request("0"));
    begun.acquire();
    engine.use(second, 2);
    awaitSlots();
    engine.submit(request("1"));
    begun.acquire();
    int before = server.probes.get();
    engine.use(first, 3);
    KafkaFixture.await("the probe, once more", () -> server.probes.get() == before + 2);
    assertThat(engine.freeSlots()).isZero();
    end.countDown();
    Map<String, Generation> generated = byId(outcomes(2));
    assertThat(generated.get("0").versions()).containsOnly(1L);
    assertThat(generated.get("1").versions()).containsOnly(2L);
    assertThat(server.generated).hasValue(2);
    awaitSlots();
    engine.submit(request("2"));
    assertThat(byId(outcomes(1)).get("2").versions()).containsOnly(3L);
  }
}
