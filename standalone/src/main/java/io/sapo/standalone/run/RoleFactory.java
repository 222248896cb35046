package io.sapo.standalone.run;

import io.micrometer.core.instrument.binder.MeterBinder;
import io.sapo.admin.AdminServer;
import io.sapo.command.CommandFailure;
import io.sapo.configuration.Binding;
import io.sapo.configuration.Settings;
import io.sapo.evaluator.EvaluationService;
import io.sapo.learner.Learner;
import io.sapo.learner.config.LearnerStart;
import io.sapo.learner.fault.FaultHook;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.network.BaseModel;
import io.sapo.producer.ProducerConfig;
import io.sapo.producer.gateway.Gateway;
import io.sapo.producer.rollout.RolloutProducer;
import io.sapo.segmenter.Segmenter;
import io.sapo.standalone.kafka.KafkaAccess;
import io.sapo.verifier.Verifiers;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;

/** Makes the roles of a run: the same ones for a process of all and for a process of one. */
final class RoleFactory implements AutoCloseable {
  private final Settings settings;
  private final Binding binding;
  private final Supplier<CheckpointFolder> checkpoint;
  private final KafkaAccess kafka;
  private final Clock clock = Clock.systemUTC();
  private BaseModel base;

  /**
   * @param checkpoint the starting policy; asked for only by roles that compute with it
   * @param kafka stays the caller's
   */
  RoleFactory(
      Settings settings,
      Binding binding,
      Supplier<CheckpointFolder> checkpoint,
      KafkaAccess kafka) {
    this.settings = settings;
    this.binding = binding;
    this.checkpoint = checkpoint;
    this.kafka = kafka;
  }

  /** Loaded once for all roles of this process. */
  private synchronized BaseModel base() {
    if (base == null) {
      base = binding.base(checkpoint.get());
    }
    return base;
  }

  /** To be called after every role has been closed. */
  @Override
  public synchronized void close() {
    if (base != null) {
      base.close();
    }
  }

  /**
   * @param metrics of this process, beside those of the JVM and of Kafka clients
   */
  AdminServer admin(List<MeterBinder> metrics) {
    return AdminServer.start(
        binding.admin(kafka.bootstrapServers()),
        metrics,
        kafka.meters(),
        new VerdictExplainer(Verifiers.load(binding.verifiers())));
  }

  /**
   * @param data holds the checkpoints
   * @param goal training ends with this version
   * @param acceptDivergence whether recovery may go on from other weights than were committed
   */
  LearnerRole learner(Path data, long goal, boolean acceptDivergence) {
    return new LearnerRole(
        new Learner(
            binding.learner(),
            binding.learnerOptions(
                kafka.client(),
                kafka.topics(),
                UUID.randomUUID().toString(),
                checkpoint.get().path(),
                data,
                LearnerStart.until(goal)
                    .acceptingDivergence(acceptDivergence)
                    .with(FaultHook.installed())),
            base(),
            clock));
  }

  /**
   * @param instance no two live evaluators of a run share it
   */
  EvaluationService evaluation(String instance) {
    return new EvaluationService(
        binding.evaluation(),
        instance,
        settings.duration("run.heartbeat"),
        checkpoint.get(),
        base(),
        kafka.client(),
        kafka.topics(),
        clock);
  }

  /**
   * @param state folder of this instance alone
   */
  SegmenterRole segmenter(Path state, String instance) {
    return new SegmenterRole(
        new Segmenter(kafka.client(), kafka.topics(), binding.segmenter(state), instance));
  }

  /**
   * @throws CommandFailure when settings and model do not go together
   */
  ProducerRole producer(ProducerConfig config) {
    try {
      return new ProducerRole(
          RolloutProducer.open(config, checkpoint.get(), base(), kafka.topics(), kafka.client()));
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage(e.getMessage());
    }
  }

  /**
   * @throws CommandFailure when settings and model do not go together
   */
  GatewayRole gateway(ProducerConfig config) {
    try {
      return new GatewayRole(
          Gateway.open(
              config,
              binding.gatewayLimits(),
              checkpoint.get(),
              base(),
              kafka.topics(),
              kafka.client()),
          binding.gateway());
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage(e.getMessage());
    }
  }
}
