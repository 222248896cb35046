package io.sapo.admin.health;

import io.sapo.schemas.Component;
import io.sapo.schemas.Status;
import java.util.List;

/**
 * Whether segmenters, which end transactions that hang, have found one that they may not end:
 * whoever reads committed records stands still in front of it.
 */
final class HangingTransactions {
  private static final String GAUGE = "hanging_transactions";
  private static final String INFO = "hanging transaction";

  private HangingTransactions() {}

  /**
   * @param components as they last reported
   */
  static Condition judge(List<Status> components) {
    String id = "transactions";
    String title = "No transaction hangs in the run's topics";
    boolean watched = false;
    for (Status status : components) {
      Double hanging = status.getGauges().get(GAUGE);
      if (status.getComponent() != Component.SEGMENTER
          || status.getState().equals("stopped")
          || hanging == null) {
        continue;
      }
      watched = true;
      if (hanging > 0) {
        return Condition.failing(
            id,
            title,
            "%.0f in all; %s"
                .formatted(hanging, status.getInfo().getOrDefault(INFO, "see its log")));
      }
    }
    return Condition.ok(id, title, watched ? "none" : "no segmenter looks for them");
  }
}
