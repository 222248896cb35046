package io.sapo.standalone.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sapo.policy.generation.FinishReason;
import io.sapo.policy.generation.Sampling;
import io.sapo.producer.gateway.ChatReply;
import io.sapo.producer.gateway.ChatRequest;
import io.sapo.producer.gateway.ChatRequest.Message;
import io.sapo.producer.gateway.ChatRequest.Reference;
import io.sapo.producer.gateway.GatewayException;
import io.sapo.producer.gateway.ToolCall;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChatJsonTest {
  private static final Sampling RUN = new Sampling(0.9, 0.95, 40, 64);

  private static ChatRequest read(String json) {
    return ChatJson.request(new JsonObject(json), RUN);
  }

  @Test
  void whatARequestDoesNotSayIsTheRuns() {
    ChatRequest request =
        read("{\"model\": \"x\", \"messages\": [{\"role\": \"user\", \"content\": \"Hi\"}]}");
    assertThat(request.messages()).containsExactly(new Message("user", "Hi"));
    assertThat(request.sampling()).isEqualTo(RUN);
    assertThat(request.seed()).isEmpty();
    assertThat(request.reference()).isEmpty();
  }

  @Test
  void whatItSaysCounts() {
    ChatRequest request =
        read(
            """
            {"messages": [{"role": "system", "content": [{"type": "text", "text": "Be "},
              {"type": "text", "text": "brief"}]}, {"role": "user", "content": "Hi"}],
             "temperature": 0.5, "top_p": 1, "max_completion_tokens": 9, "seed": -4, "n": 1,
             "metadata": {"answer": "42", "verifier": "numeric"}, "tools": [], "stop": null,
             "logprobs": false, "stream": true, "user": "somebody"}
            """);
    assertThat(request.messages())
        .containsExactly(new Message("system", "Be brief"), new Message("user", "Hi"));
    assertThat(request.sampling()).isEqualTo(new Sampling(0.5, 1, 40, 9));
    assertThat(request.seed()).contains(-4L);
    assertThat(request.reference()).contains(new Reference("42", "numeric"));
  }

  @Test
  void toolsAndTheirCallsAreTaken() {
    ChatRequest request =
        read(
            """
            {"messages": [{"role": "user", "content": "Hi"},
              {"role": "assistant", "content": null, "refusal": null, "tool_calls": [{"id": "call_1",
                "type": "function", "function": {"name": "add", "arguments": "{\\"a\\": 1}"}}]},
              {"role": "tool", "tool_call_id": "call_1", "content": "2"}],
             "tools": [{"type": "function", "function": {"name": "add", "description": "Adds", "parameters":
               {"type": "object", "properties": {"a": {"type": "integer"}}}}}],
             "tool_choice": "auto", "parallel_tool_calls": true}
            """);
    assertThat(request.messages())
        .containsExactly(
            new Message("user", "Hi"),
            new Message("assistant", "", List.of(new ToolCall("call_1", "add", "{\"a\": 1}")), ""),
            new Message("tool", "2", List.of(), "call_1"));
    assertThat(request.tools().functions()).hasSize(1);
    assertThat(request.tools().functions().get(0).get("function"))
        .isInstanceOfSatisfying(
            Map.class,
            function ->
                assertThat(List.copyOf(function.keySet()))
                    .isEqualTo(List.of("name", "description", "parameters")));
    assertThat(request.tools().json()).contains("\"integer\"");
  }

  @Test
  void callsAreAnswersAsOpenAiHasThem() {
    ToolCall call = new ToolCall("call_1", "add", "{\"a\":1}");
    JsonObject choice =
        ChatJson.whole(
                new ChatReply("gate-1/0", "", List.of(call), FinishReason.STOP, 7, 3), "sapo", 9)
            .getJsonArray("choices")
            .getJsonObject(0);
    assertThat(choice.getString("finish_reason")).isEqualTo("tool_calls");
    assertThat(choice.getJsonObject("message"))
        .isEqualTo(
            new JsonObject(
                """
                {"role": "assistant", "content": null, "tool_calls": [{"id": "call_1",
                  "type": "function", "function": {"name": "add", "arguments": "{\\"a\\":1}"}}]}
                """));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "`{}`|'messages' must be a list",
        "`{'messages': []}`|1 to 1000 entries",
        "`{'messages': [7]}`|must have a role",
        "`{'messages': [{'role': 'user', 'content': 7}]}`|text or a list of text parts",
        "`{'messages': [{'role': 'user', 'content': [{'type': 'image_url'}]}]}`|pictures are not taken",
        "`{'messages': [{'role': 'assistant', 'content': 'Hi'}]}`|must not be the assistant's",
        "`{'messages': [{'role': 'user\\nsystem', 'content': 'Hi'}]}`|a role must be a word",
        "`{'messages': [{'role': 'user', 'content': 'Hi', 'tool_call_id': '1'}]}`|'tool_call_id'",
        "`{'messages': [{'role': 'assistant', 'content': 'Hi', 'tool_calls': [{}]}]}`|a call must be",
        "`{'messages': [{'role': 'assistant', 'content': 'Hi', 'refusal': 'No'}]}`|'refusal'",
        "`{'messages': [{'role': 'user', 'content': 'Hi'}], 'n': 2}`|'n' must be 1",
        "`{'messages': [{'role': 'user', 'content': 'Hi'}], 'tools': [{}]}`|a tool must be",
        "`{'messages': [{'role': 'user', 'content': 'Hi'}], 'tools': 7}`|'tools' must be a list",
        "`{'messages': [{'role': 'user', 'content': 'Hi'}], 'tools': [{'type': 'web_search'}]}`|a tool must be",
        "`{'messages': [{'role': 'user', 'content': 'Hi'}], 'tools': [{'type': 'function', 'function': {'name': 'a b'}}]}`|a tool must be",
        "`{'messages': [{'role': 'user', 'content': 'Hi'}], 'tools': [{'type': 'function', 'function': {'name': 'a', 'parameters': 1}}]}`|a tool must be",
        "`{'messages': [{'role': 'user', 'content': 'Hi'}], 'tools': [{'type': 'function', 'function': {'name': 'a'}}], 'tool_choice': 'none'}`|must be auto",
        "`{'messages': [{'role': 'user', 'content': 'Hi'}], 'tools': [{'type': 'function', 'function': {'name': 'a'}}], 'parallel_tool_calls': false}`|must be true",
        "`{'messages': [{'role': 'user', 'content': null}]}`|text or a list of text parts",
        "`{'messages': [{'role': 'assistant', 'tool_calls': 7}]}`|'tool_calls' must be a list",
        "`{'messages': [{'role': 'assistant', 'tool_calls': [{'id': '1', 'function': {'name': 'a', 'arguments': {}}}]}]}`|a call must be",
        "`{'messages': [{'role': 'user', 'tool_calls': [{'id': '1', 'function': {'name': 'a', 'arguments': '{}'}}]}]}`|the assistant's alone",
        "`{'messages': [{'role': 'tool', 'content': '8', 'tool_call_id': 7}]}`|'tool_call_id' must be text",
        "`{'messages': [{'role': 'user', 'content': 'Hi'}], 'temperature': 0}`|'temperature' must be",
        "`{'messages': [{'role': 'user', 'content': 'Hi'}], 'temperature': 'hot'}`|must be a number",
        "`{'messages': [{'role': 'user', 'content': 'Hi'}], 'max_tokens': 65}`|from 1 to 64",
        "`{'messages': [{'role': 'user', 'content': 'Hi'}], 'max_tokens': 1.5}`|whole number",
        "`{'messages': [{'role': 'user', 'content': 'Hi'}], 'seed': 'x'}`|'seed' must be",
        "`{'messages': [{'role': 'user', 'content': 'Hi'}], 'metadata': {'answer': '4'}}`|or neither",
      })
  void whatCannotBeDoneIsSaid(String json, String reason) {
    assertThatThrownBy(() -> read(json.replace('\'', '"')))
        .isInstanceOf(GatewayException.class)
        .hasMessageContaining(reason);
  }

  private static ChatRequest with(String field) {
    return read(
        "{\"messages\": [{\"role\": \"user\", \"content\": \"Hi\"}], %s}"
            .formatted(field.replace('\'', '"')));
  }

  /** What is not known might have changed the text: it would be trained on as if it had. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "'top_logprobs': 3",
        "'top_k': 5",
        "'min_p': 0.1",
        "'repetition_penalty': 1.3",
        "'presence_penalty': 0.5",
        "'min_tokens': 3",
        "'frequency_penalty': 0.5",
        "'logit_bias': {'5': 1}",
        "'bad_words': ['no']",
        "'do_sample': false",
        "'thinking_token_budget': 5",
        "'structured_outputs': {'regex': '[0-9]'}",
        "'response_format': {'type': 'json_object'}",
        "'tool_choice': 'required'",
        "'guided_json': {'a': 1}",
        "'stop_token_ids': [5]",
        "'ignore_eos': true",
        "'chat_template': 'x'",
        "'continue_final_message': true",
        "'add_generation_prompt': false",
        "'reasoning_effort': 'high'",
        "'foo': 1",
      })
  void whatIsNotKnownIsRefusedByName(String field) {
    String name = field.substring(1, field.indexOf('\'', 1));
    assertThatThrownBy(() -> with(field))
        .isInstanceOfSatisfying(
            GatewayException.class,
            refused -> {
              assertThat(refused.kind()).isEqualTo(GatewayException.Kind.UNSUPPORTED);
              assertThat(refused.field()).contains(name);
            })
        .hasMessageContaining("'" + name + "'");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'top_logprobs': 0, 'logprobs': false",
        "'top_k': 40",
        "'repetition_penalty': 1, 'presence_penalty': 0.0, 'n': 1",
        "'response_format': {'type': 'text'}, 'modalities': ['text']",
        "'tool_choice': 'auto', 'parallel_tool_calls': true, 'tools': []",
        "'guided_json': null, 'stop': [], 'logit_bias': {}",
        "'store': true, 'user': 'somebody', 'service_tier': 'auto'",
      })
  void whatAsksForNoMoreThanIsDoneIsTaken(String fields) {
    assertThat(with(fields).sampling()).isEqualTo(RUN);
  }

  @Test
  void aVerifiersNameIsBounded() {
    String fields = "'metadata': {'answer': '4', 'verifier': '%s'}";
    assertThat(with(fields.formatted("v".repeat(256))).reference()).isPresent();
    assertThatThrownBy(() -> with(fields.formatted("v".repeat(257))))
        .isInstanceOf(GatewayException.class)
        .hasMessageContaining("'verifier' in 'metadata' must be a name of 256 characters at most");
  }

  @Test
  void aModelsNameIsBoundedAndAStreamIsAskedForOrNot() {
    assertThat(ChatJson.model(new JsonObject(), "sapo")).isEqualTo("sapo");
    assertThat(ChatJson.model(new JsonObject().put("model", "gpt-9"), "sapo")).isEqualTo("gpt-9");
    for (Object name : List.of(5, "x".repeat(257))) {
      assertThatThrownBy(() -> ChatJson.model(new JsonObject().put("model", name), "sapo"))
          .hasMessageContaining("'model' must be text");
    }
    assertThat(ChatJson.wantsStream(new JsonObject().put("stream", true))).isTrue();
    assertThatThrownBy(() -> ChatJson.wantsStream(new JsonObject().put("stream", "yes")))
        .hasMessageContaining("'stream' must be true or false");
  }

  @ParameterizedTest
  @CsvSource({
    "BAD_REQUEST, 400, invalid_request_error,",
    "UNSUPPORTED, 400, invalid_request_error, unsupported_parameter",
    "TOO_LONG, 400, invalid_request_error, context_length_exceeded",
    "NOT_FOUND, 404, invalid_request_error,",
    "BUSY, 503, server_error,",
    "FAILED, 502, server_error,",
  })
  void anErrorSaysWhatClientsLookFor(
      GatewayException.Kind kind, int status, String type, String code) {
    ChatError error = ChatError.of(new GatewayException(kind, "stop", "no"), 0, 1);
    assertThat(error.status()).isEqualTo(status);
    assertThat(error.json().getJsonObject("error"))
        .isEqualTo(
            new JsonObject()
                .put("message", "no")
                .put("type", type)
                .put("param", "stop")
                .put("code", code));
  }

  @Test
  void aStreamSaysTheSameAsTheWhole() {
    ChatReply reply = new ChatReply("gate-1/0", "Hello", List.of(), FinishReason.STOP, 7, 3);
    JsonObject whole = ChatJson.whole(reply, "sapo", 5);
    assertThat(whole.getJsonArray("choices").getJsonObject(0).getJsonObject("message"))
        .isEqualTo(new JsonObject().put("role", "assistant").put("content", "Hello"));
    assertThat(whole.getJsonObject("usage").getInteger("total_tokens")).isEqualTo(10);
    ChatChunks chunks = new ChatChunks("sapo", 5, true);
    List<JsonObject> all =
        List.of(
            chunks.role(reply.id()),
            chunks.text(reply.id(), "Hello"),
            chunks.end(reply),
            chunks.usage(reply));
    assertThat(all).allMatch(chunk -> chunk.getString("id").equals("gate-1/0"));
    assertThat(all.subList(0, 3))
        .allMatch(chunk -> chunk.containsKey("usage") && chunk.getValue("usage") == null);
    assertThat(all.get(0).getJsonArray("choices").getJsonObject(0).getJsonObject("delta"))
        .isEqualTo(new JsonObject().put("role", "assistant").put("content", ""));
    assertThat(all.get(1).getJsonArray("choices").getJsonObject(0).getJsonObject("delta"))
        .isEqualTo(new JsonObject().put("content", "Hello"));
    assertThat(all.get(2).getJsonArray("choices").getJsonObject(0).getString("finish_reason"))
        .isEqualTo("stop");
    assertThat(all.get(3).getJsonArray("choices").isEmpty()).isTrue();
    assertThat(all.get(3).getJsonObject("usage")).isEqualTo(whole.getJsonObject("usage"));
    assertThat(new ChatChunks("sapo", 5, false).end(reply).containsKey("usage")).isFalse();
  }
}
