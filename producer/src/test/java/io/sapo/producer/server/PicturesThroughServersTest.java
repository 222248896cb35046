package io.sapo.producer.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sapo.pictures.PictureFiles;
import io.sapo.pictures.PictureHash;
import io.sapo.pictures.RgbPicture;
import io.sapo.pictures.UnreadablePictureException;
import io.sapo.policy.checkpoint.CheckpointFolder;
import io.sapo.policy.generation.Generation;
import io.sapo.policy.generation.GenerationRequest;
import io.sapo.policy.network.BaseModel;
import io.sapo.policy.network.TokenSequence;
import io.sapo.policy.picture.PictureConfig;
import io.sapo.policy.picture.PicturePreprocessor;
import io.sapo.policy.picture.PictureSettings;
import io.sapo.policy.picture.PreparedPicture;
import io.sapo.policy.profile.CheckpointProfile;
import io.sapo.policy.profile.ProfileSettings;
import io.sapo.policy.profile.PromptForm;
import io.sapo.producer.engine.EngineSettings;
import io.sapo.producer.engine.Outcome;
import io.sapo.producer.figures.FiguresTaskSource;
import io.sapo.producer.prompt.PromptBuilder;
import io.sapo.producer.server.FakeServer.Quirk;
import io.sapo.producer.task.Split;
import io.sapo.schemas.ChatMessage;
import io.sapo.schemas.ContentPart;
import io.sapo.schemas.Picture;
import io.sapo.schemas.Task;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Prompts with pictures, whose tokens the server makes. */
class PicturesThroughServersTest extends EngineHarness {
  private static final int MOST_PROMPT_TOKENS = 400;
  private static final String TEMPLATE =
      """
      {%- for m in messages %}<|im_start|>{{ m.role }}
      {% if m.content is string %}{{ m.content }}{% else %}
      {%- for part in m.content %}
      {%- if part.type == 'image' %}<|vision_start|><|image_pad|><|vision_end|>
      {%- else %}{{ part.text }}{% endif %}{% endfor %}{% endif %}<|im_end|>
      {% endfor %}
      {%- if style %}{{ style }}{{ thinks }}{% endif %}
      {%- if add_generation_prompt %}<|im_start|>assistant
      {% endif %}""";

  private static final Map<String, Object> SETTINGS = Map.of("style", "brief", "thinks", false);

  private static CheckpointProfile chats;
  private static PromptBuilder prompts;

  @BeforeAll
  static void chat() throws IOException {
    Path folder = Files.createDirectory(temp.resolve("chat"));
    for (Path file : List.of(checkpoint.tokenizer(), checkpoint.preprocessor())) {
      Files.copy(file, folder.resolve(file.getFileName()));
    }
    Files.copy(checkpoint.path().resolve("config.json"), folder.resolve("config.json"));
    Files.writeString(folder.resolve("chat_template.jinja"), TEMPLATE);
    chats =
        CheckpointProfile.open(
            CheckpointFolder.open(folder),
            new ProfileSettings(PromptForm.CHECKPOINT, List.of(), SETTINGS));
    prompts = builder(chats);
  }

  @AfterAll
  static void closeChat() {
    chats.close();
  }

  private static PromptBuilder builder(CheckpointProfile of) {
    return new PromptBuilder(
        of, MOST_PROMPT_TOKENS, new PictureSettings(new PictureFiles(List.of(temp)), 0));
  }

  private static Task task() {
    try (FiguresTaskSource source = new FiguresTaskSource(Split.TRAINING, 1)) {
      Task task = source.next().orElseThrow();
      task.setPictures(List.of(task.getPictures().get(0), task.getPictures().get(0)));
      task.setMessages(
          List.of(
              new ChatMessage("system", List.of(new ContentPart("Look."))),
              new ChatMessage(
                  "user",
                  List.of(
                      new ContentPart("First: "),
                      new ContentPart((String) null),
                      new ContentPart(" then "),
                      new ContentPart((String) null),
                      new ContentPart(" Which?")))));
      return task;
    }
  }

  private FakeServer chatting(Quirk... quirks) throws IOException {
    FakeServer server = new FakeServer(base, chats.tokenizer(), Optional.of(prompts), 0, quirks);
    servers.add(server);
    return server;
  }

  private static ServerEngine asking(
      EngineSettings.Kind kind, BaseModel model, CheckpointProfile profile, URI address) {
    return new ServerEngine(
        settings(kind, 400, Duration.ofSeconds(20), address),
        checkpoint,
        model,
        profile,
        SLOTS,
        MOST_PROMPT_TOKENS,
        SAMPLING,
        new Waits(5, 50, Duration.ofMinutes(3)));
  }

  private static GenerationRequest request(PromptBuilder by, String id) throws Exception {
    return new GenerationRequest(id, by.build(task()), SAMPLING, 7);
  }

  private Outcome outcome(FakeServer server) throws Exception {
    engine = asking(EngineSettings.Kind.VLLM, base, chats, server.address());
    engine.use(first, 5);
    awaitSlots();
    engine.submit(request(prompts, "p"), () -> prompts.chat(task()));
    return outcomes(1).get(0);
  }

  private static String refusal(Outcome outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Refused.class);
    return ((Outcome.Refused) outcome).reason();
  }

  @Test
  void theResponseIsToThePromptWithItsPictures() throws Exception {
    FakeServer server = chatting();
    Generation generated = ((Outcome.Generated) outcome(server)).generation();
    assertThat(generated.versions()).containsOnly(5L);
    agrees(generated, request(prompts, "p"), first, 2e-3f);

    JsonNode content = server.chats.get(0).path("messages").get(1).path("content");
    assertThat(content).hasSize(5);
    assertThat(content.get(0).path("text").asText()).isEqualTo("First: ");
    assertThat(sent(content.get(1))).isEqualTo(prompts.chat(task()).pictures().get(0));
  }

  private static Task task(byte[] first, byte[] second) {
    Task task = task();
    task.setPictures(
        Stream.of(first, second)
            .map(
                bytes ->
                    Picture.newBuilder()
                        .setBytes(ByteBuffer.wrap(bytes))
                        .setSha256(PictureHash.of(bytes))
                        .build())
            .toList());
    return task;
  }

  @Test
  void theServerLooksAtThePixelsThatAreTrainedOn() throws Exception {
    FakeServer server = chatting();
    engine = asking(EngineSettings.Kind.VLLM, base, chats, server.address());
    engine.use(first, 5);
    awaitSlots();
    List<Task> tasks =
        List.of(
            task(OddPictures.turnedJpeg(), OddPictures.paletteWithTransparency()),
            task(OddPictures.large(), OddPictures.turnedJpeg()));
    PictureConfig config = PictureConfig.read(checkpoint.preprocessor());
    for (int i = 0; i < tasks.size(); i++) {
      Task task = tasks.get(i);
      TokenSequence prompt = prompts.build(task);
      engine.submit(new GenerationRequest("p" + i, prompt, SAMPLING, 7), () -> prompts.chat(task));
      assertThat(outcomes(1).get(0)).isInstanceOf(Outcome.Generated.class);
      JsonNode content = server.chats.get(i).path("messages").get(1).path("content");
      for (int picture = 0; picture < 2; picture++) {
        RgbPicture seen = OddPictures.bare(sent(content.get(1 + 2 * picture)));
        PreparedPicture trained = prompt.pictures().get(picture);
        assertThat(List.of(seen.height(), seen.width()))
            .as("needs no resizing")
            .isEqualTo(List.of(14 * trained.gridH(), 14 * trained.gridW()));
        assertThat(new PicturePreprocessor(config).prepare(seen).patches())
            .isEqualTo(trained.patches());
      }
    }
  }

  private static byte[] sent(JsonNode part) {
    String url = part.path("image_url").path("url").asText();
    return Base64.getDecoder().decode(url.substring(url.indexOf(',') + 1));
  }

  /** What the producer's template was given, and whether it left the last message open. */
  @Test
  void theServersTemplateIsRenderedAsOurs() throws Exception {
    FakeServer server = chatting();
    assertThat(outcome(server)).isInstanceOf(Outcome.Generated.class);
    Task begun = task();
    List<ChatMessage> messages = new ArrayList<>(begun.getMessages());
    messages.add(new ChatMessage("assistant", List.of(new ContentPart("The first"))));
    begun.setMessages(messages);
    GenerationRequest continued = new GenerationRequest("c", prompts.build(begun), SAMPLING, 7);
    engine.submit(continued, () -> prompts.chat(begun));
    assertThat(outcomes(1).get(0)).isInstanceOf(Outcome.Generated.class);
    for (JsonNode body : server.chats) {
      assertThat(body.path("chat_template_kwargs"))
          .isEqualTo(ServerClient.JSON.valueToTree(SETTINGS));
    }
    assertThat(server.chats.get(0).path("add_generation_prompt").asBoolean()).isTrue();
    assertThat(server.chats.get(1).path("add_generation_prompt").asBoolean()).isFalse();
    assertThat(server.chats.get(1).path("continue_final_message").asBoolean()).isTrue();
  }

  @Test
  void textPromptsGoAsTokensBesideThem() throws Exception {
    FakeServer server = chatting();
    assertThat(outcome(server)).isInstanceOf(Outcome.Generated.class);
    engine.submit(request("1"));
    Generation text = ((Outcome.Generated) outcomes(1).get(0)).generation();
    agrees(text, request("1"), first, 2e-3f);
    assertThat(server.chats).hasSize(1);
  }

  @Test
  void aPromptOfOtherTokensIsRefusedAtOnceWithBoth() throws Exception {
    FakeServer server = chatting(Quirk.OTHER_CHAT);
    String reason = refusal(outcome(server));
    TokenSequence own = prompts.build(task());
    int image = Arrays.stream(own.promptTokens()).filter(token -> token == 262).sum() / 262 / 2;
    assertThat(reason)
        .contains("other tokens of the prompt", "262×" + image + ", 260", "chat template");
    assertThat(reason.split("262×" + image, -1)).hasSize(5);
    assertThat(server.chats).hasSize(1);
  }

  @Test
  void aServerThatDoesNotSayWhatItReadIsNotBelieved() throws Exception {
    assertThat(refusal(outcome(chatting(Quirk.SILENT_ABOUT_PROMPTS))))
        .contains("does not say which tokens it made of the prompt");
  }

  @Test
  void aTokenNamedOtherwiseThanItIsSampledIsRefused() throws Exception {
    FakeServer server = chatting();
    server.spoil =
        choice -> {
          choice.withArray("token_ids").set(0, choice.path("token_ids").get(0).asInt() + 1);
          return choice;
        };
    assertThat(refusal(outcome(server))).contains("place 0");
  }

  @Test
  void aPictureThatIsGoneIsSaid() throws Exception {
    FakeServer server = chatting();
    engine = asking(EngineSettings.Kind.VLLM, base, chats, server.address());
    engine.use(first, 5);
    awaitSlots();
    engine.submit(
        request(prompts, "p"),
        () -> {
          throw new UnreadablePictureException("a.png is gone");
        });
    assertThat(refusal(outcomes(1).get(0))).contains("a.png is gone");
    assertThat(engine.running()).isZero();
  }

  @Test
  void whatCannotBeDoneIsSaid() throws Exception {
    FakeServer server = chatting();
    engine = asking(EngineSettings.Kind.SGLANG, base, chats, server.address());
    assertThat(refused(prompts)).contains("SGLang", "builtin engine");
    engine.close();
    engine = asking(EngineSettings.Kind.VLLM, base, profile, server.address());
    assertThat(refused(builder(profile))).contains("no chat template");
    engine.close();
    engine =
        asking(
            EngineSettings.Kind.VLLM,
            BaseModel.trainedWhole(checkpoint.config(), base.device()),
            chats,
            server.address());
    assertThat(refused(prompts)).contains("train adapters");
  }

  private String refused(PromptBuilder by) throws Exception {
    engine.submit(request(by, "p"), () -> by.chat(task()));
    return refusal(outcomes(1).get(0));
  }
}
