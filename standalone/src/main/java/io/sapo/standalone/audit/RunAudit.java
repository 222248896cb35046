package io.sapo.standalone.audit;

import io.sapo.audit.Audit;
import io.sapo.audit.WeightMemory;
import io.sapo.schemas.CommittedLog;
import io.sapo.schemas.ElementType;
import io.sapo.schemas.Topics;
import io.sapo.schemas.weights.PublishedWeights;
import io.sapo.weights.NativeWeights;
import java.time.Clock;
import org.apache.kafka.clients.admin.Admin;

/** Audits with the weights in libtorch's memory, as the learner holds them. */
public final class RunAudit {
  private static final WeightMemory NATIVE =
      new WeightMemory() {
        @Override
        public PublishedWeights allocate(ElementType type) {
          return NativeWeights.of(type);
        }

        @Override
        public String sha256(PublishedWeights weights) {
          return NativeWeights.sha256(weights);
        }
      };

  private RunAudit() {}

  /**
   * @param admin stays the caller's, like the log
   */
  public static Audit of(Admin admin, CommittedLog log, Topics topics) {
    return new Audit(admin, log, topics, Clock.systemUTC(), NATIVE);
  }
}
