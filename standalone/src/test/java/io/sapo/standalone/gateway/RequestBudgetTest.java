package io.sapo.standalone.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sapo.producer.gateway.GatewayException;
import io.sapo.standalone.gateway.RequestBudget.Share;
import org.junit.jupiter.api.Test;

class RequestBudgetTest {
  private final RequestBudget budget = new RequestBudget(100);

  @Test
  void whatIsThereLeavesLessForOthers() {
    Share first = budget.take(60);
    assertThatThrownBy(() -> budget.take(41))
        .isInstanceOf(GatewayException.class)
        .hasMessageContaining("have 60 bytes");
    first.shrink(10);
    Share second = budget.take(90);
    first.answered();
    second.answered();
    assertThat(budget.held()).isZero();
  }

  /** Whose caller has gone is worked on all the same. */
  @Test
  void whatIsWorkedOnIsThereToItsEnd() {
    Share share = budget.take(50);
    share.workBegins();
    share.answered();
    assertThat(budget.held()).isEqualTo(50);
    share.workEnds();
    share.workEnds();
    assertThat(budget.held()).isZero();
    Share other = budget.take(70);
    other.workBegins();
    other.workEnds();
    assertThat(budget.held()).isEqualTo(70);
    other.answered();
    assertThat(budget.held()).isZero();
  }
}
