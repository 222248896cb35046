package io.sapo.audit;

import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeProducersResult.PartitionProducerState;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.common.TopicPartition;

/**
 * Transactions that hold readers back. One that is younger than its time-out may be at work; one
 * that is older, or that no coordinator knows, hangs.
 */
final class TransactionsCheck {
  private static final String TRANSACTIONS = "transactions";

  private final AuditReport report;
  private final Admin admin;
  private final Clock clock;

  TransactionsCheck(AuditReport report, Admin admin, Clock clock) {
    this.report = report;
    this.admin = admin;
    this.clock = clock;
  }

  void check(List<TopicPartition> partitions) throws ExecutionException, InterruptedException {
    Map<TopicPartition, PartitionProducerState> states =
        new TreeMap<>(
            Comparator.comparing(TopicPartition::topic)
                .thenComparingInt(TopicPartition::partition));
    states.putAll(admin.describeProducers(partitions).all().get());
    // Afterwards: one that has begun meanwhile would be unknown otherwise.
    Set<Long> known = new HashSet<>();
    for (TransactionListing listing : admin.listTransactions().all().get()) {
      known.add(listing.producerId());
    }
    Set<Long> open = new HashSet<>();
    states.forEach(
        (partition, state) -> {
          for (ProducerState producer : state.activeProducers()) {
            if (producer.currentTransactionStartOffset().isPresent()) {
              open.add(producer.producerId());
              if (known.isEmpty()) {
                report.note(
                    "a transaction is open in %s; whether it hangs cannot be told, since none can be seen here (DESCRIBE on transactional ids)"
                        .formatted(partition));
              } else if (!known.contains(producer.producerId())) {
                orphan(partition, producer);
              }
            }
          }
        });
    describe(open);
  }

  private void orphan(TopicPartition partition, ProducerState producer) {
    report.wrong(
        Finding.at(
            TRANSACTIONS,
            partition.topic(),
            partition.partition(),
            producer.currentTransactionStartOffset().orElseThrow(),
            "an open transaction of producer id %d, which no coordinator knows, holds readers back; end it with kafka-transactions.sh abort"
                .formatted(producer.producerId())));
  }

  private void describe(Set<Long> open) throws ExecutionException, InterruptedException {
    List<String> ids = new ArrayList<>();
    for (TransactionListing listing : admin.listTransactions().all().get()) {
      if (open.contains(listing.producerId()) && listing.state() == TransactionState.ONGOING) {
        ids.add(listing.transactionalId());
      }
    }
    ids.sort(null);
    for (String id : ids) {
      TransactionDescription now = admin.describeTransactions(List.of(id)).description(id).get();
      if (now.state() != TransactionState.ONGOING || now.transactionStartTimeMs().isEmpty()) {
        continue;
      }
      long age = clock.millis() - now.transactionStartTimeMs().getAsLong();
      String text =
          "transaction %s has been open for %d s (time-out %d s)"
              .formatted(id, age / 1000, now.transactionTimeoutMs() / 1000);
      if (age > now.transactionTimeoutMs() + 60_000L) {
        report.wrong(Finding.of(TRANSACTIONS, text));
      } else {
        report.waiting(text);
      }
    }
  }
}
