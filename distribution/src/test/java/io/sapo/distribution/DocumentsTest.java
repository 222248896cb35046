package io.sapo.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.sapo.command.Surroundings;
import io.sapo.configuration.ConfigException;
import io.sapo.configuration.ConfigLoader;
import io.sapo.standalone.cli.SapoCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/**
 * What the documents tell people to type exists: commands, their options, keys of the settings,
 * files.
 */
class DocumentsTest {
  private static final Path HOME = Path.of("..");
  private static final int AT_LEAST = 80;

  /** Keys as documents write them, in code; files have names of the same kind. */
  private static final Pattern KEY =
      Pattern.compile("(?:`|--set )([a-z]+(?:\\.[a-z0-9-]+)+)(?:=[^`\\s]*)?(?=`|\\s)");

  /** Within the project. */
  private static final Pattern LINK = Pattern.compile("\\]\\((?!\\w+:)([^)#]+)(?:#[^)]*)?\\)");

  /** Of several words, as those of this project are and few other names. */
  private static final Pattern CLASS =
      Pattern.compile("`(?:[a-z-]+[./])*([A-Z][a-z0-9]+[A-Z]\\w+)(?:#\\w+)?`");

  private static final Pattern FILE =
      Pattern.compile(".*\\.(yaml|yml|json|jsonl|parquet|py|md|java|safetensors|html|log|sh)");

  static List<Path> documents() {
    try (Stream<Path> top = Files.list(HOME);
        Stream<Path> docs = Files.list(HOME.resolve("docs"))) {
      List<Path> all = new ArrayList<>(Stream.concat(top, docs).toList());
      for (String folder : List.of("docker", "kubernetes", "experiments")) {
        all.add(HOME.resolve(folder).resolve("README.md"));
      }
      return all.stream().filter(file -> file.toString().endsWith(".md")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<ShownCommand> commands() throws IOException {
    List<ShownCommand> all = new ArrayList<>();
    for (Path document : documents()) {
      all.addAll(ShownCommand.of(document));
    }
    return all;
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyCommandIsUnderstood(ShownCommand shown) {
    CommandLine line = SapoCommand.create(new Surroundings(Map.of(), HOME, false));
    assertThatCode(
            () -> {
              try {
                line.parseArgs(shown.words().toArray(String[]::new));
              } catch (CommandLine.MissingParameterException e) {
                if (shown.whole()) {
                  throw e;
                }
              }
            })
        .as(shown.toString())
        .doesNotThrowAnyException();
  }

  @Test
  void commandsAreFound() throws IOException {
    assertThat(commands()).hasSizeGreaterThan(AT_LEAST).anyMatch(ShownCommand::whole);
  }

  @Test
  void everyLinkLeadsSomewhere() throws IOException {
    List<String> dangling = new ArrayList<>();
    int found = 0;
    for (Path document : documents()) {
      Matcher link = LINK.matcher(Files.readString(document));
      while (link.find()) {
        found++;
        if (!Files.exists(document.resolveSibling(link.group(1)))) {
          dangling.add(document + ": " + link.group(1));
        }
      }
    }
    assertThat(dangling).isEmpty();
    assertThat(found).isGreaterThan(30);
  }

  @Test
  void everyClassExists() throws IOException {
    Set<String> known = new TreeSet<>();
    try (Stream<Path> files = Files.walk(HOME)) {
      files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".java") || name.endsWith(".avsc"))
          .forEach(name -> known.add(name.substring(0, name.lastIndexOf('.'))));
    }
    Set<String> unknown = new TreeSet<>();
    int found = 0;
    for (Path document : documents()) {
      Matcher shown = CLASS.matcher(Files.readString(document));
      while (shown.find()) {
        found++;
        if (!known.contains(shown.group(1))) {
          unknown.add(document + ": " + shown.group(1));
        }
      }
    }
    assertThat(unknown).isEmpty();
    assertThat(found).isGreaterThan(AT_LEAST);
  }

  @Test
  void everyKeyExists() throws IOException {
    Set<String> known = new ConfigLoader().load().values().keySet();
    Set<String> sections = new TreeSet<>();
    for (String key : known) {
      for (int dot = key.indexOf('.'); dot > 0; dot = key.indexOf('.', dot + 1)) {
        sections.add(key.substring(0, dot));
      }
    }
    Map<String, String> unknown = new TreeMap<>();
    int found = 0;
    for (Path document : documents()) {
      Matcher matcher = KEY.matcher(Files.readString(document));
      while (matcher.find()) {
        String key = matcher.group(1);
        if (sections.contains(key.split("\\.")[0]) && !FILE.matcher(key).matches()) {
          found++;
          if (!sections.contains(key) && !exists(key) && !exists(key + ".property")) {
            unknown.put(key, document.toString());
          }
        }
      }
    }
    assertThat(unknown).isEmpty();
    assertThat(found).isGreaterThan(AT_LEAST);
  }

  /** Of judges and client properties there are as many keys as one likes. */
  private static boolean exists(String key) {
    try {
      new ConfigLoader().set(key + "=1").load();
      return true;
    } catch (ConfigException e) {
      return !e.getMessage().contains("unknown key");
    }
  }
}
