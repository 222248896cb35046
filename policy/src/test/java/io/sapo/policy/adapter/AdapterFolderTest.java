package io.sapo.policy.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sapo.policy.checkpoint.InvalidCheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Adapters of which PEFT makes something else than W + s · B A of the checkpoint's own W. */
class AdapterFolderTest {
  @TempDir private Path folder;

  /** Each value as PEFT 0.21 writes it. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "bias | \"all\"",
        "bias | \"lora_only\"",
        "modules_to_save | [\"lm_head\"]",
        "rank_pattern | {\"layers.0.self_attn.q_proj\": 2}",
        "alpha_pattern | {\"v_proj\": 3}",
        "use_dora | true",
        "lora_bias | true",
        "layer_replication | [[0, 2], [1, 2]]",
        "target_parameters | [\"self_attn.q_proj.weight\"]",
        "trainable_token_indices | [5, 6]",
        "use_bdlora | {\"nblocks\": 2}",
        "kasa_config | {\"beta\": 0.0001, \"gamma\": 0.001}",
        "velora_config | {\"num_groups\": 32}",
        "monteclora_config | {\"use_entropy\": true}",
        "arrow_config | {\"top_k\": 3}",
        "init_lora_weights | \"pissa\"",
        "init_lora_weights | \"pissa_niter_16\"",
        "init_lora_weights | \"olora\"",
        "init_lora_weights | \"corda\"",
        "init_lora_weights | \"loftq\"",
        "init_lora_weights | \"lora_ga\"",
        "peft_type | \"LOHA\"",
      })
  void refusesInOneSentence(String key, String value) throws IOException {
    write(key, value);
    assertThatThrownBy(() -> AdapterFolder.open(folder))
        .isInstanceOf(InvalidCheckpointException.class)
        .hasMessageStartingWith(folder.resolve(AdapterFolder.CONFIG) + ": key '" + key + "' ")
        .hasMessageNotContaining("\n");
  }

  /** How the first adapters were drawn does not matter where the base stays as it is. */
  @ParameterizedTest
  @ValueSource(strings = {"true", "false", "\"gaussian\"", "\"eva\"", "\"orthogonal\"", "null"})
  void opens(String initial) throws IOException {
    write("init_lora_weights", initial);
    assertThat(AdapterFolder.open(folder).baseModel()).isEmpty();
  }

  private void write(String key, String value) throws IOException {
    String type = key.equals("peft_type") ? "" : "\"peft_type\": \"LORA\", ";
    Files.writeString(
        folder.resolve(AdapterFolder.CONFIG),
        "{%s\"r\": 2, \"lora_alpha\": 4, \"%s\": %s}".formatted(type, key, value));
  }
}
