package io.sapo.producer.rollout;

import io.sapo.policy.generation.Generation;
import io.sapo.policy.generation.GenerationRequest;
import io.sapo.policy.generation.Sampling;
import io.sapo.policy.text.DecodedResponse;
import io.sapo.policy.text.Tokenizer;
import io.sapo.producer.engine.Outcome;
import io.sapo.schemas.FinishReason;
import io.sapo.schemas.PackedArrays;
import io.sapo.schemas.Task;
import io.sapo.schemas.Trajectory;
import io.sapo.schemas.VersionRun;
import java.util.ArrayList;
import java.util.List;

/** Puts together what is asked of the engine for a rollout, and the record of a finished one. */
final class TrajectoryAssembler {
  private final String producerId;
  private final Tokenizer tokenizer;
  private final Sampling sampling;

  TrajectoryAssembler(String producerId, Tokenizer tokenizer, Sampling sampling) {
    this.producerId = producerId;
    this.tokenizer = tokenizer;
    this.sampling = sampling;
  }

  GenerationRequest request(Rollout rollout) {
    return new GenerationRequest(
        rollout.trajectoryId(), rollout.group().prompt(), sampling, rollout.seed());
  }

  Trajectory assemble(Rollout rollout, Outcome.Generated generated, long nowMs) {
    Generation generation = generated.generation();
    Task task = rollout.group().task();
    DecodedResponse response = tokenizer.decodeResponse(generation.tokens());
    return Trajectory.newBuilder()
        .setTrajectoryId(rollout.trajectoryId())
        .setGroupId(rollout.group().id())
        .setGroupSize(rollout.group().size())
        .setTaskId(task.getTaskId())
        .setProducerId(producerId)
        .setPrompt(task.getPrompt())
        .setPromptTokens(PackedArrays.pack(rollout.group().prompt().promptTokens()))
        .setPictures(task.getPictures())
        .setResponseTokens(PackedArrays.pack(generation.tokens()))
        .setResponseText(response.text())
        .setTokenCharEnds(PackedArrays.pack(response.tokenEnds()))
        .setLogProbs(PackedArrays.pack(generation.logProbs()))
        .setEntropies(PackedArrays.pack(generation.entropies()))
        .setEntropyCandidates(generated.entropyCandidates())
        .setVersions(runs(generation.versions()))
        .setLossMask(null)
        .setSampling(
            io.sapo.schemas.Sampling.newBuilder()
                .setTemperature(sampling.temperature())
                .setTopP(sampling.topP())
                .setTopK(sampling.topK())
                .setMaxNewTokens(sampling.maxNewTokens())
                .build())
        .setFinishReason(
            switch (generation.finishReason()) {
              case STOP -> FinishReason.STOP;
              case LENGTH -> FinishReason.LENGTH;
            })
        .setAnswer(task.getAnswer())
        .setVerifier(task.getVerifier())
        .setSeed(rollout.seed())
        .setStartedAtMs(rollout.startedAtMs())
        .setFinishedAtMs(nowMs)
        .build();
  }

  /** Run-length code of the version of every token. */
  static List<VersionRun> runs(long[] versions) {
    List<VersionRun> runs = new ArrayList<>();
    int from = 0;
    for (int i = 1; i <= versions.length; i++) {
      if (i == versions.length || versions[i] != versions[from]) {
        runs.add(new VersionRun(versions[from], i - from));
        from = i;
      }
    }
    return runs;
  }
}
