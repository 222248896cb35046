package io.sapo.policy.script;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.sapo.policy.script.CompiledScripts.Compiled;
import io.sapo.policy.script.CompiledScripts.Key;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class CompiledScriptsTest {
  private static final String FILE = "device_probe";
  private static final String TYPE = "DeviceProbe";

  /** Sources that differ in a file that nothing refers to. */
  private static Key key(int number) {
    Map<String, String> sources = new TreeMap<>(ScriptArchive.sources(FILE, null));
    sources.put("other_" + number, "");
    return new Key(Device.cpu(), FILE, TYPE, sources);
  }

  @Test
  void theSameSourcesAreCompiledOnceAndOthersByThemselves() {
    Compiled one = CompiledScripts.acquire(key(1));
    Compiled same = CompiledScripts.acquire(key(1));
    Compiled other = CompiledScripts.acquire(key(2));
    assertThat(same).isSameAs(one);
    assertThat(other).isNotSameAs(one);
    List.of(one, same, other).forEach(CompiledScripts::release);
    Compiled later = CompiledScripts.acquire(key(1));
    assertThat(later).isSameAs(one);
    CompiledScripts.release(later);
  }

  @Test
  void whatIsUsedStaysAndOfTheRestTheLatest() {
    Compiled used = CompiledScripts.acquire(key(100));
    List<Compiled> all = new ArrayList<>();
    for (int i = 101; i <= 101 + CompiledScripts.KEPT; i++) {
      all.add(CompiledScripts.acquire(key(i)));
    }
    assertThat(new HashSet<>(all)).hasSize(CompiledScripts.KEPT + 1);
    all.forEach(CompiledScripts::release);
    assertThat(CompiledScripts.idle()).isEqualTo(CompiledScripts.KEPT);
    Compiled again = CompiledScripts.acquire(key(100));
    assertThat(again).as("used all the time").isSameAs(used);
    Compiled eldest = CompiledScripts.acquire(key(101));
    assertThat(eldest).as("closed first").isNotSameAs(all.get(0));
    List.of(used, again, eldest).forEach(CompiledScripts::release);
    assertThat(CompiledScripts.idle()).isEqualTo(CompiledScripts.KEPT);
  }

  @Test
  void oneUserMayEndTwiceAndTheOtherGoesOn() {
    try (ScriptModule other = ScriptModule.load(FILE, TYPE, null, Device.cpu())) {
      ScriptModule ended = ScriptModule.load(FILE, TYPE, null, Device.cpu());
      ended.close();
      ended.close();
      for (int i = 201; i <= 201 + CompiledScripts.KEPT; i++) {
        CompiledScripts.release(CompiledScripts.acquire(key(i)));
      }
      try (NDManager call = other.newManager()) {
        NDArray matrix = call.ones(new Shape(2, 2));
        NDList product =
            other.call(call, "multiply", new NDList(call.create(1L), call.create(6L), matrix));
        assertThat(product.get(0).size()).isPositive();
      }
    }
  }
}
