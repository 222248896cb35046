package io.sapo.torture;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.broker.EmbeddedBroker;
import io.sapo.schemas.CommittedLog;
import io.sapo.schemas.ProducerClients;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A broker that gives nothing for longer than an open transaction would be waited for. */
@Timeout(60)
class SlowBrokerTest {
  private static final int HELD_SECONDS = 7;
  private static final int RECORDS = 10;

  @TempDir Path folder;

  @Test
  void whatItHasNotGivenYetIsNotMissing() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    try (TcpProxy proxy = TcpProxy.start(port);
        EmbeddedBroker broker = EmbeddedBroker.start(folder, port, proxy.port())) {
      Map<String, Object> client = Map.of("bootstrap.servers", broker.bootstrapServers());
      TopicPartition partition = new TopicPartition("some", 0);
      try (Admin admin = Admin.create(client)) {
        admin.createTopics(List.of(new NewTopic(partition.topic(), 1, (short) 1))).all().get();
      }
      write(client, partition);
      try (Admin admin = Admin.create(client);
          CommittedLog log = new CommittedLog(admin, client)) {
        assertThat(log.end(partition)).isEqualTo(RECORDS);
        proxy.hold();
        CompletableFuture.delayedExecutor(HELD_SECONDS, TimeUnit.SECONDS).execute(proxy::pass);
        List<Long> read = new ArrayList<>();
        CommittedLog.Reached reached =
            log.read(partition, 0, RECORDS, record -> read.add(record.offset()));
        assertThat(reached).isEqualTo(new CommittedLog.Reached(RECORDS, false));
        assertThat(read).hasSize(RECORDS);
      }
    }
  }

  private static void write(Map<String, Object> client, TopicPartition partition) {
    try (Producer<byte[], byte[]> producer = ProducerClients.create(client, Map.of())) {
      for (int i = 0; i < RECORDS; i++) {
        producer.send(new ProducerRecord<>(partition.topic(), new byte[10]));
      }
    }
  }
}
