package io.sapo.producer.server;

import io.sapo.http.EventStreamBody.Limits;
import io.sapo.policy.generation.GenerationRequest;
import io.sapo.producer.engine.EngineSettings;
import io.sapo.producer.engine.TokenListener;
import io.sapo.producer.server.AnswerReader.Reading;
import io.sapo.producer.server.Dialect.CompletionRequest;
import io.sapo.producer.server.InferenceServer.Asked;
import io.sapo.producer.server.ServerClient.Reply;
import java.util.concurrent.CompletableFuture;

/** Asks a server for one response and reads its answer. Thread-safe. */
final class CompletionExchange {
  private final EngineSettings settings;
  private final AnswerReader reader;

  CompletionExchange(EngineSettings settings, AnswerReader reader) {
    this.settings = settings;
    this.reader = reader;
  }

  /**
   * @return completes on a thread of the client's, never with a failure
   */
  CompletableFuture<Reading> ask(InferenceServer server, Asked asked, OpenRequest open) {
    GenerationRequest request = open.request();
    CompletionRequest wanted =
        new CompletionRequest(
            request.prompt().promptTokens(),
            request.sampling(),
            request.seed() & Long.MAX_VALUE,
            1,
            settings.entropyCandidates(),
            open.stopsToSend(),
            open.chat(),
            open.listener().isPresent());
    return send(server, asked, open, wanted)
        .handle((reply, problem) -> reader.read(server.dialect(), asked, request, reply, problem));
  }

  private CompletableFuture<Reply> send(
      InferenceServer server, Asked asked, OpenRequest open, CompletionRequest wanted) {
    Dialect dialect = server.dialect();
    String path = dialect.path(asked.identity(), wanted);
    var body = dialect.request(asked.identity(), asked.weights(), wanted);
    if (open.listener().isEmpty()) {
      return server.client().send(path, body, wanted.mostBytes(), settings.deadline());
    }
    TokenListener listener = open.listener().get();
    return server.client().stream(
        path,
        body,
        new Limits(wanted.mostBytes(), dialect.mostStreamedBytes(wanted)),
        settings.deadline(),
        () ->
            new AnswerStream(
                dialect, wanted.sampling().maxNewTokens(), tokens -> tell(listener, tokens)));
  }

  private void tell(TokenListener listener, int[] tokens) {
    if (reader.mayBegin(tokens)) {
      listener.sampled(tokens);
    }
  }
}
