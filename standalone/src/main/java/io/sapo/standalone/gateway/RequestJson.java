package io.sapo.standalone.gateway;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import io.sapo.producer.gateway.GatewayException;
import io.sapo.producer.gateway.GatewayException.Kind;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.io.IOException;

/** A request's body as a JSON object, of which no more is made than its bytes suggest. */
final class RequestJson {
  private static final JsonFactory JSON = new JsonFactory();

  /** Names, values, brackets: a list of empty objects takes twenty times its bytes. */
  private static final int MOST_TOKENS = 200_000;

  private RequestJson() {}

  /**
   * @param body null where there is none
   * @throws GatewayException when it is no JSON object, or one of too many parts
   */
  static JsonObject of(Buffer body) {
    try {
      if (body != null && Json.decodeValue(checked(body)) instanceof JsonObject object) {
        return object;
      }
    } catch (IOException | DecodeException e) {
      // Refused below.
    }
    throw new GatewayException(Kind.BAD_REQUEST, "the request is no JSON object");
  }

  private static Buffer checked(Buffer body) throws IOException {
    try (JsonParser parser = JSON.createParser(body.getBytes())) {
      for (int tokens = 0; parser.nextToken() != null; tokens++) {
        if (tokens >= MOST_TOKENS) {
          throw new GatewayException(
              Kind.BAD_REQUEST, "the request has more than %d parts".formatted(MOST_TOKENS));
        }
      }
    }
    return body;
  }
}
