package io.sapo.learner.fold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.sapo.pictures.UnreadablePictureException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BlameTest {
  static RuntimeException[] ofTheBatch() {
    return new RuntimeException[] {
      new NullPointerException(),
      new IllegalStateException("a group without records"),
      new ClassCastException(),
      new NegativeArraySizeException(),
      new UnsupportedOperationException(),
      new NoSuchElementException(),
      new IllegalArgumentException(),
      new ArithmeticException(),
      new IndexOutOfBoundsException(),
      new UnreadablePictureException("not a picture", new IOException("no header")),
    };
  }

  static RuntimeException[] ofTheMachine() {
    return new RuntimeException[] {
      new EngineException("CUDA out of memory"),
      new IllegalStateException("wrapped", new EngineException("CUDA error")),
      new UncheckedIOException(new IOException("no space left on device")),
      new CompletionException(new OutOfMemoryError("Java heap space")),
      new IllegalStateException(new InterruptedException()),
    };
  }

  @ParameterizedTest
  @MethodSource("ofTheBatch")
  void whatEveryProcessWouldFailWithIsOfTheBatch(RuntimeException failure) {
    assertThat(Blame.isOfBatch(failure)).isTrue();
  }

  @ParameterizedTest
  @MethodSource("ofTheMachine")
  void whatAnotherProcessMightNotFailWithIsNot(RuntimeException failure) {
    assertThat(Blame.isOfBatch(failure)).isFalse();
  }

  /** DJL says so by an exception of the JDK. */
  @Test
  void aReleasedTensorIsNoFaultOfTheBatch() {
    try (NDManager manager = NDManager.newBaseManager()) {
      NDArray released = manager.create(1f);
      released.close();
      assertThatThrownBy(() -> released.add(1))
          .isInstanceOfSatisfying(
              RuntimeException.class, e -> assertThat(Blame.isOfBatch(e)).isFalse());
    }
  }
}
