package io.sapo.policy.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NamedBaseTest {
  /** A base that is not on this machine has but its name. */
  @ParameterizedTest
  @CsvSource({
    "Qwen/Qwen2.5-7B-Instruct, /models/Qwen2.5-7B-Instruct, true",
    "Qwen/Qwen2.5-7B-Instruct, /models/qwen2.5-7b-instruct, true",
    "/elsewhere/Qwen2.5-7B-Instruct/, /models/Qwen2.5-7B-Instruct, true",
    "C:\\models\\Qwen2.5-7B-Instruct, /models/Qwen2.5-7B-Instruct, true",
    "Qwen/Qwen2.5-7B-Instruct, /cache/models--Qwen--Qwen2.5-7B-Instruct/snapshots/0ab1, true",
    "Qwen/Qwen2.5-7B-Instruct, /models/Qwen2.5-7B, false",
    "Qwen/Qwen2.5-7B, /models/Qwen2.5-7B-Instruct, false",
    "Qwen/Qwen2.5-7B, /cache/models--Qwen--Qwen2.5-7B-Instruct/snapshots/0ab1, false",
    "'', /models/Qwen2.5-7B, true",
    ".., /models/Qwen2.5-7B, true",
  })
  void namesAreComparedByTheirLastPart(String name, Path folder, boolean same) {
    assertThat(NamedBase.sameName(name, folder)).isEqualTo(same);
  }

  /** A stranger's file names it; separators were gone through once for each of them. */
  @Test
  @Timeout(20)
  void aNameOfManySeparatorsIsReadOnce() {
    String many = "/".repeat(100_000);
    Path folder = Path.of("/models/Qwen2.5-7B");
    assertThat(NamedBase.sameName(many + "x", folder)).isFalse();
    assertThat(NamedBase.sameName("Qwen/Qwen2.5-7B" + many, folder)).isTrue();
  }
}
