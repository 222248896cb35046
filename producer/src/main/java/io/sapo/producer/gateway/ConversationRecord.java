package io.sapo.producer.gateway;

import io.sapo.policy.generation.FinishReason;
import io.sapo.policy.generation.Generation;
import io.sapo.policy.text.DecodedResponse;
import io.sapo.policy.text.Tokenizer;
import io.sapo.producer.gateway.ChatRequest.Reference;
import io.sapo.producer.gateway.Conversation.Piece;
import io.sapo.schemas.PackedArrays;
import io.sapo.schemas.Sampling;
import io.sapo.schemas.Trajectory;
import io.sapo.schemas.VersionRun;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A conversation as the trajectory that is trained on. */
final class ConversationRecord {
  private ConversationRecord() {}

  /**
   * @param reference how it is judged
   */
  static Trajectory of(
      Conversation conversation,
      Reference reference,
      String producerId,
      Tokenizer tokenizer,
      long nowMs) {
    int promptLength = conversation.promptTokens().length;
    int[] all = conversation.tokens();
    int[] response = Arrays.copyOfRange(all, promptLength, all.length);
    float[] logProbs = new float[response.length];
    float[] entropies = new float[response.length];
    byte[] mask = new byte[response.length];
    int next = 0;
    for (Piece piece : conversation.pieces()) {
      if (piece.generated().isPresent()) {
        Generation generated = piece.generated().get();
        System.arraycopy(generated.logProbs(), 0, logProbs, next, generated.logProbs().length);
        System.arraycopy(generated.entropies(), 0, entropies, next, generated.entropies().length);
        Arrays.fill(mask, next, next + generated.tokens().length, (byte) 1);
      }
      next += piece.tokens().length;
    }
    DecodedResponse text = tokenizer.decodeResponse(response);
    return Trajectory.newBuilder()
        .setTrajectoryId(conversation.id())
        .setGroupId(conversation.id())
        .setGroupSize(1)
        .setTaskId(conversation.id())
        .setProducerId(producerId)
        .setPrompt(conversation.prompt())
        .setPromptTokens(PackedArrays.pack(conversation.promptTokens()))
        .setPictures(List.of())
        .setResponseTokens(PackedArrays.pack(response))
        .setResponseText(text.text())
        .setTokenCharEnds(PackedArrays.pack(text.tokenEnds()))
        .setLogProbs(PackedArrays.pack(logProbs))
        .setEntropies(PackedArrays.pack(entropies))
        .setEntropyCandidates(conversation.entropyCandidates())
        .setVersions(versions(conversation.pieces()))
        .setLossMask(conversation.turns() == 1 ? null : ByteBuffer.wrap(mask))
        .setSampling(
            Sampling.newBuilder()
                .setTemperature(conversation.sampling().temperature())
                .setTopP(conversation.sampling().topP())
                .setTopK(conversation.sampling().topK())
                .setMaxNewTokens(Math.max(response.length, conversation.sampling().maxNewTokens()))
                .build())
        .setFinishReason(
            conversation.finishReason() == FinishReason.STOP
                ? io.sapo.schemas.FinishReason.STOP
                : io.sapo.schemas.FinishReason.LENGTH)
        .setAnswer(reference.answer())
        .setVerifier(reference.verifier())
        .setSeed(conversation.seed())
        .setStartedAtMs(conversation.startedAtMs())
        .setFinishedAtMs(nowMs)
        .build();
  }

  /** What others said counts as of the version that answered it. */
  private static List<VersionRun> versions(List<Piece> pieces) {
    List<VersionRun> runs = new ArrayList<>();
    int said = 0;
    for (Piece piece : pieces) {
      if (piece.generated().isEmpty()) {
        said = piece.tokens().length;
        continue;
      }
      for (long version : piece.generated().get().versions()) {
        add(runs, version, 1 + said);
        said = 0;
      }
    }
    return runs;
  }

  private static void add(List<VersionRun> runs, long version, int tokens) {
    VersionRun last = runs.isEmpty() ? null : runs.get(runs.size() - 1);
    if (last != null && last.getVersion() == version) {
      last.setTokens(last.getTokens() + tokens);
    } else {
      runs.add(new VersionRun(version, tokens));
    }
  }
}
