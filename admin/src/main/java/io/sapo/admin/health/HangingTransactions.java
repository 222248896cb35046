package io.sapo.admin.health;

import io.sapo.schemas.Component;
import io.sapo.schemas.Status;
import io.sapo.schemas.TransactionsWatched;
import java.util.List;

/**
 * Whether segmenters, which end transactions that hang, have found one that they may not end:
 * whoever reads committed records stands still in front of it.
 */
final class HangingTransactions {
  private HangingTransactions() {}

  /**
   * @param components as they last reported
   */
  static Condition judge(List<Status> components) {
    String id = "transactions";
    String title = "No transaction hangs in the run's topics";
    String unwatched = "no segmenter looks for them";
    boolean watched = false;
    for (Status status : components) {
      if (status.getComponent() != Component.SEGMENTER || status.getState().equals("stopped")) {
        continue;
      }
      String said = status.getInfo().getOrDefault(TransactionsWatched.INFO, "");
      Double hanging = status.getGauges().get(TransactionsWatched.GAUGE);
      if (hanging == null) {
        unwatched += said.isEmpty() ? "" : ": " + said;
      } else if (hanging > 0) {
        return Condition.failing(id, title, "%.0f in all; %s".formatted(hanging, said));
      } else {
        watched = true;
      }
    }
    return Condition.ok(id, title, watched ? "none" : unwatched);
  }
}
