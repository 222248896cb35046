package io.sapo.admin.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SecretsTest {
  @Test
  void secretsAreKnownByTheirNamesAndOtherTokensAreNotSecrets() {
    for (String secret :
        new String[] {
          "password",
          "sasl.jaas.config",
          "ssl.keystore.password",
          "adminToken",
          "admin.token",
          "token",
          "client_secret",
          "API_KEY",
          "bearer-token"
        }) {
      assertThat(Secrets.isSecret(secret)).as(secret).isTrue();
    }
    for (String open :
        new String[] {
          "response_tokens", "tokens_per_second", "microBatchTokens", "maxSequenceTokens", "key"
        }) {
      assertThat(Secrets.isSecret(open)).as(open).isFalse();
    }
  }
}
