package io.sapo.producer.server;

import io.sapo.http.EventStreamBody.Limits;
import io.sapo.policy.generation.GenerationRequest;
import io.sapo.producer.engine.EngineSettings;
import io.sapo.producer.engine.TokenListener;
import io.sapo.producer.server.AnswerReader.Reading;
import io.sapo.producer.server.Dialect.Draw;
import io.sapo.producer.server.InferenceServer.Asked;
import io.sapo.producer.server.ServerClient.Reply;
import java.util.concurrent.CompletableFuture;

/** Asks a server for one response and reads its answer. Thread-safe. */
final class DrawExchange {
  private final EngineSettings settings;
  private final AnswerReader reader;

  DrawExchange(EngineSettings settings, AnswerReader reader) {
    this.settings = settings;
    this.reader = reader;
  }

  /**
   * @return completes on a thread of the client's, never with a failure
   */
  CompletableFuture<Reading> ask(InferenceServer server, Asked asked, RunningDraw draw) {
    GenerationRequest request = draw.request();
    Draw wanted =
        new Draw(
            request.prompt().promptTokens(),
            request.sampling(),
            request.seed() & Long.MAX_VALUE,
            1,
            settings.entropyCandidates(),
            draw.chat(),
            draw.listener().isPresent());
    return send(server, asked, draw, wanted)
        .handle((reply, problem) -> reader.read(server.dialect(), asked, request, reply, problem));
  }

  private CompletableFuture<Reply> send(
      InferenceServer server, Asked asked, RunningDraw draw, Draw wanted) {
    Dialect dialect = server.dialect();
    String path = dialect.path(asked.identity(), wanted);
    var body = dialect.request(asked.identity(), asked.weights(), wanted);
    if (draw.listener().isEmpty()) {
      return server.client().send(path, body, wanted.mostBytes(), settings.deadline());
    }
    TokenListener listener = draw.listener().get();
    return server.client().stream(
        path,
        body,
        new Limits(wanted.mostBytes(), dialect.mostStreamedBytes(wanted)),
        settings.deadline(),
        () -> new AnswerStream(dialect, tokens -> tell(listener, tokens)));
  }

  private void tell(TokenListener listener, int[] tokens) {
    if (reader.mayBegin(tokens)) {
      listener.drawn(tokens);
    }
  }
}
