package io.sapo.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BatchProgressTest {
  @Test
  void textIsReadBackAndNamesRunsByTheirEnds() {
    BatchProgress some =
        new BatchProgress(
            7,
            new TreeMap<>(java.util.Map.of(0, 12L, 3, 400L)),
            new TreeMap<>(
                java.util.Map.of(
                    0, new TreeSet<>(List.of(4L, 5L, 6L, 9L)), 3, new TreeSet<>(List.of(399L)))));
    assertThat(some.text()).isEqualTo("7;passed=0:12,3:400,;trained=0:4-6,0:9,3:399,");
    assertThat(BatchProgress.parse(some.text())).contains(some);
    BatchProgress none = new BatchProgress(0, new TreeMap<>(), new TreeMap<>());
    assertThat(BatchProgress.parse(none.text())).contains(none);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ";",
        "7",
        "x;passed=;trained=",
        "7;passed=a:b,;trained=",
        "7;;",
        "7;passed=;trained=0:1-",
        "7;passed=;trained=0:0-9000000000000000000,",
        "7;passed=;trained=0:-9223372036854775808-9223372036854775807,",
        "7;passed=;trained=0:9223372036854775807,",
        "7;passed=;trained=0:9223372036854775800-9223372036854775807,",
        "7;passed=;trained=0:5-4,",
        "7;passed=;trained=0:0-999999,1:0-999999,"
      })
  void whatIsOfAnotherFormIsNoProgress(String text) {
    assertThat(BatchProgress.parse(text)).isEmpty();
  }
}
