package io.sapo.standalone.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.schemas.Topics;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RoleAccessTest {
  private static final Topics TOPICS = new Topics("t.");

  private static boolean may(RoleKind kind, AclOperation operation, String topic) {
    return new RoleAccess(kind, TOPICS)
        .bindings("User:x").stream()
            .anyMatch(
                rule ->
                    rule.pattern().resourceType() == ResourceType.TOPIC
                        && rule.pattern().name().equals(topic)
                        && rule.entry().operation() == operation);
  }

  /** What is too large for its topic, or not what it should be, becomes a dead letter. */
  @ParameterizedTest
  @EnumSource(names = {"PRODUCER", "GATEWAY", "SEGMENTER"})
  void whoeverPublishesTrajectoriesMayWriteDeadLetters(RoleKind kind) {
    assertThat(may(kind, AclOperation.WRITE, TOPICS.deadLetters())).isTrue();
  }

  @Test
  void noOneElseMay() {
    for (RoleKind kind : new RoleKind[] {RoleKind.LEARNER, RoleKind.EVALUATOR, RoleKind.ADMIN}) {
      assertThat(may(kind, AclOperation.WRITE, TOPICS.deadLetters())).as(kind.label()).isFalse();
    }
    assertThat(may(RoleKind.GATEWAY, AclOperation.WRITE, TOPICS.segments().name())).isFalse();
  }
}
