package io.sapo.producer.server;

import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.generation.Sampling;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.profile.CheckpointProfile;
import io.sapo.producer.engine.EngineSettings;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What servers are told and asked of the run's model, and held to.
 *
 * @param exchange the caller's to close
 * @param picturesObstacle why prompts with pictures cannot be generated; empty where they can
 */
record ServedModel(
    Dialect dialect,
    WeightExchange exchange,
    Handshake handshake,
    AnswerCheck check,
    Optional<String> picturesObstacle) {
  /**
   * @param base stays the caller's, as does the profile
   */
  static ServedModel of(
      EngineSettings settings,
      CheckpointFolder checkpoint,
      BaseModel base,
      CheckpointProfile profile,
      int maxPromptTokens,
      Sampling sampling) {
    ResponseRules rules = rules(profile);
    AnswerCheck check = new AnswerCheck(rules);
    SortedSet<Integer> never = new TreeSet<>(rules.banned());
    never.addAll(rules.stops());
    never.addAll(profile.tokenizer().controlTokens());
    Probe probe = Probe.of(rules.vocabularySize(), never, maxPromptTokens, sampling);
    Dialect dialect =
        settings.kind() == EngineSettings.Kind.VLLM
            ? new VllmDialect(rules)
            : new SglangDialect(rules);
    boolean adapters = base.adapters().isPresent();
    Handshake handshake =
        new Handshake(
            profile,
            adapters,
            maxPromptTokens + sampling.maxNewTokens(),
            probe,
            new ProbeVerdict(probe, sampling, dialect.reportsCuts(), settings.tolerance()),
            check,
            settings.entropyCandidates());
    Optional<String> picturesObstacle =
        profile.chats()
            ? dialect.picturesObstacle(adapters)
            : Optional.of(
                "servers take pictures in a chat only, and the checkpoint has no chat template");
    return new ServedModel(
        dialect,
        new WeightExchange(checkpoint, base, settings.folder(), rules, probe),
        handshake,
        check,
        picturesObstacle);
  }

  private static ResponseRules rules(CheckpointProfile profile) {
    SortedSet<Integer> stops = new TreeSet<>(profile.stopTokens());
    stops.addAll(profile.model().eosTokenIds());
    return new ResponseRules(profile.model().vocabSize(), stops, profile.unspeakableTokens());
  }
}
