package io.sapo.admin.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.admin.config.Listen;
import io.sapo.admin.config.Token;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokensTest {
  private static final String CONTROL = "control-control-1";
  private static final String READ = "reader-reader-0001";

  @TempDir Path folder;

  @Test
  void eachTokenGivesItsRightAndNoOther() {
    Tokens tokens = new Tokens(Listen.loopback(0).withToken(CONTROL).withReadToken(Token.of(READ)));
    assertThat(tokens.right(CONTROL)).isEqualTo(Tokens.Right.CONTROL);
    assertThat(tokens.right(READ)).isEqualTo(Tokens.Right.READ);
    assertThat(tokens.right("")).isEqualTo(Tokens.Right.NOTHING);
    assertThat(new Tokens(Listen.loopback(0)).right("")).isEqualTo(Tokens.Right.NOTHING);
  }

  @Test
  void aFileThatCannotBeATokenLeavesTheLastOne() throws Exception {
    Path file = Files.writeString(folder.resolve("token"), READ + "\n");
    Tokens tokens =
        new Tokens(
            Listen.loopback(0).withReadToken(new Token(Optional.empty(), Optional.of(file))));
    for (String bad : new String[] {"", "short", "white space in the middle", "x".repeat(5_000)}) {
      Files.writeString(file, bad);
      tokens.refresh();
      assertThat(tokens.right(READ)).as(bad).isEqualTo(Tokens.Right.READ);
      assertThat(tokens.right(bad)).as(bad).isEqualTo(Tokens.Right.NOTHING);
    }
    Files.delete(file);
    tokens.refresh();
    assertThat(tokens.right(READ)).isEqualTo(Tokens.Right.READ);
    Files.writeString(file, READ + "2");
    tokens.refresh();
    assertThat(tokens.right(READ)).isEqualTo(Tokens.Right.NOTHING);
    assertThat(tokens.right(READ + "2")).isEqualTo(Tokens.Right.READ);
  }
}
