package io.sapo.admin.http;

import io.sapo.admin.run.RunState;
import io.sapo.admin.topics.CommandSender;
import io.sapo.schemas.CommandOutcomes;
import io.sapo.schemas.Control;
import io.sapo.schemas.ControlAction;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Operators' commands: each becomes a record on the control topic, and nothing else happens here.
 */
final class ControlApi {
  private static final Map<String, ControlAction> ACTIONS =
      Map.of(
          "pause", ControlAction.PAUSE,
          "resume", ControlAction.RESUME,
          "checkpoint", ControlAction.CHECKPOINT,
          "evaluate", ControlAction.EVALUATE,
          "export", ControlAction.EXPORT);
  private static final Set<String> PAUSABLE = Set.of("producer", "learner");

  private final RunState run;
  private final CommandSender sender;
  private final Clock clock;

  ControlApi(RunState run, CommandSender sender, Clock clock) {
    this.run = run;
    this.sender = sender;
    this.clock = clock;
  }

  /** The caller has been found to hold the token. */
  void command(RoutingContext context) {
    new Query(context, Set.of());
    ControlAction action = ACTIONS.get(context.pathParam("action"));
    if (action == null) {
      throw new ApiException(404, "actions are checkpoint, evaluate, export, pause and resume");
    }
    String target = target(action, body(context));
    Control command =
        Control.newBuilder()
            .setCommandId(UUID.randomUUID().toString())
            .setAction(action)
            .setTarget(target)
            .setRequestedBy("admin, from " + context.request().remoteAddress().hostAddress())
            .setAtMs(clock.millis())
            .build();
    Replies.when(
        context,
        sender.send(command),
        written ->
            Replies.send(
                context,
                202,
                "application/json",
                json(command).put("position", written.toString()).toBuffer()));
  }

  private static JsonObject body(RoutingContext context) {
    if (context.body().isEmpty()) {
      return new JsonObject();
    }
    String type = context.request().getHeader("content-type");
    if (type == null || !type.toLowerCase(Locale.ROOT).startsWith("application/json")) {
      throw new ApiException(415, "the body must be application/json");
    }
    try {
      JsonObject body = context.body().buffer().toJsonObject();
      if (!Set.of("target").containsAll(body.fieldNames())) {
        throw new ApiException(400, "the body may hold target only");
      }
      return body;
    } catch (DecodeException | ClassCastException e) {
      throw new ApiException(400, "the body must be a JSON object");
    }
  }

  /** Pausing names whom; evaluations are the evaluator's work, all else the learner's. */
  private static String target(ControlAction action, JsonObject body) {
    Set<String> allowed =
        switch (action) {
          case PAUSE, RESUME -> PAUSABLE;
          case EVALUATE -> Set.of("evaluator");
          default -> Set.of("learner");
        };
    String only = allowed.size() == 1 ? allowed.iterator().next() : null;
    if (body.getValue("target", only) instanceof String name && allowed.contains(name)) {
      return name;
    }
    throw new ApiException(
        400, "target must be one of: " + String.join(", ", allowed.stream().sorted().toList()));
  }

  /** The newest commands, newest first. */
  void list(RoutingContext context) {
    new Query(context, Set.of());
    JsonArray all = new JsonArray();
    run.commands().page(null, 100, any -> true).entries().forEach(c -> all.add(json(c)));
    Replies.json(context, new JsonObject().put("commands", all));
  }

  private JsonObject json(Control command) {
    return new JsonObject()
        .put("commandId", command.getCommandId())
        .put("action", command.getAction().name().toLowerCase(Locale.ROOT))
        .put("target", command.getTarget())
        .put("requestedBy", command.getRequestedBy())
        .put("atMs", command.getAtMs())
        .put(
            "outcome",
            CommandOutcomes.of(run.heartbeats().all(), command.getCommandId()).orElse(null));
  }
}
