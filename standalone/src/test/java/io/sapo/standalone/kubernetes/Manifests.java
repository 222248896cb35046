package io.sapo.standalone.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;

/**
 * Objects as {@code kubernetes/render} makes them, and the schemas of their kinds: Kubernetes' own
 * and those of Strimzi's operator.
 */
final class Manifests {
  private static final YAMLMapper YAML = new YAMLMapper();
  private static final JsonNode DEFINITIONS = read("definitions-1.37.json");
  private static final JsonNode OF_THE_OPERATOR = read("strimzi-1.2.json");

  private Manifests() {}

  static Path folder() {
    return Path.of("").toAbsolutePath().getParent().resolve("kubernetes");
  }

  static List<JsonNode> rendered(String overlay) throws IOException {
    return parse(Files.readString(folder().resolve("rendered").resolve(overlay + ".yaml")));
  }

  static List<JsonNode> parse(String yaml) throws IOException {
    List<JsonNode> objects = new ArrayList<>();
    try (var values = YAML.readerFor(JsonNode.class).<JsonNode>readValues(yaml)) {
      values.forEachRemaining(objects::add);
    }
    return objects;
  }

  private static JsonNode read(String schemas) {
    try (InputStream in = Manifests.class.getResourceAsStream("/kubernetes/" + schemas)) {
      return new ObjectMapper().readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What an API server would have against an object; a kind that it does not know is one thing. */
  static List<String> faults(JsonNode object) {
    String kind = object.path("apiVersion").asText() + "/" + object.path("kind").asText();
    JsonNode own = OF_THE_OPERATOR.path("kinds").path(kind);
    if (own.isObject()) {
      return faults(own, object);
    }
    JsonNode definition = DEFINITIONS.path("kinds").path(kind);
    if (definition.isMissingNode()) {
      return List.of("unknown kind " + kind);
    }
    ObjectNode schema = new ObjectMapper().createObjectNode();
    schema.put("$ref", "#/definitions/" + definition.asText());
    schema.set("definitions", DEFINITIONS.path("definitions"));
    return faults(schema, object);
  }

  private static List<String> faults(JsonNode schema, JsonNode object) {
    JsonSchema known =
        JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(schema);
    return known.validate(object).stream().map(Object::toString).sorted().toList();
  }

  static String name(JsonNode object) {
    return object.path("kind").asText() + " " + object.at("/metadata/name").asText();
  }

  /** The template of pods that an object makes. */
  static Optional<JsonNode> pods(JsonNode object) {
    JsonNode template = object.at("/spec/template/spec");
    return template.path("containers").isArray() ? Optional.of(template) : Optional.empty();
  }

  static List<JsonNode> list(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).toList();
  }
}
