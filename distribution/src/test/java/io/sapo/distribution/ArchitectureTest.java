package io.sapo.distribution;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
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
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Modules form layers, packages have no cyclic dependencies, and no module is too large. */
class ArchitectureTest {
  private static final Path HOME = Path.of("..");
  private static final String PROJECT = "io.sapo.";

  /** Lowest first. A module depends on modules of lower layers only, not on those of its own. */
  private static final List<Set<String>> LAYERS =
      List.of(
          Set.of("reading"),
          Set.of("pictures", "schemas", "jinja", "command", "http", "broker"),
          Set.of("policy", "verifiers", "audit", "admin"),
          Set.of("weights"),
          Set.of("producer", "segmenter-stream", "learner"),
          Set.of("evaluator", "bench"),
          Set.of("configuration"),
          Set.of("standalone"),
          Set.of("torture"));

  /** Narrower than their layer allows. */
  private static final Map<String, Set<String>> MAY_USE =
      Map.of(
          "audit", Set.of("schemas"),
          "verifiers", Set.of("schemas"),
          "policy", Set.of("reading", "pictures", "jinja"),
          "weights", Set.of("schemas", "policy"),
          "learner", Set.of("reading", "pictures", "schemas", "policy", "weights"));

  /** On the class path of tests, not delivered. */
  private static final String FOR_TESTS = "io/sapo/fixtures";

  /** Share of all lines of delivered Java. */
  private static final double LARGEST_SHARE = 0.15;

  private static JavaClasses classes;

  /** Modules by the name that follows {@code io.sapo.} in their packages. */
  private static Map<String, String> modules;

  @BeforeAll
  static void read() throws IOException {
    classes =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(location -> !location.contains(FOR_TESTS))
            .importPackages("io.sapo");
    modules = new TreeMap<>();
    for (String module : layered()) {
      try (Stream<Path> packages = Files.list(sources(module).resolve("io/sapo"))) {
        for (Path top : packages.toList()) {
          assertThat(modules.put(top.getFileName().toString(), module))
              .as("module that has packages io.sapo.%s, too", top.getFileName())
              .isNull();
        }
      }
    }
  }

  private static Set<String> layered() {
    Set<String> all = new TreeSet<>();
    LAYERS.forEach(all::addAll);
    return all;
  }

  private static Path sources(String module) {
    return HOME.resolve(module).resolve("src/main/java");
  }

  private static String module(JavaClass type) {
    return modules.get(type.getPackageName().substring(PROJECT.length()).split("\\.")[0]);
  }

  /** Without what it sets, a client may retry the first records of a new partition for ever. */
  @Test
  void producersAreMadeInOnePlace() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.sapo.bench")
        .and()
        .doNotHaveSimpleName("ProducerClients")
        .and()
        .doNotHaveSimpleName("SkippingClients")
        .should()
        .dependOnClassesThat()
        .areAssignableTo(KafkaProducer.class)
        .check(classes);
  }

  /** In Turkish the small letter of I is not i. */
  @Test
  void letterCaseIsThatOfNoLocale() {
    noClasses()
        .should()
        .callMethod(String.class, "toLowerCase")
        .orShould()
        .callMethod(String.class, "toUpperCase")
        .check(classes);
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching("io.sapo.(**)").should().beFreeOfCycles().check(classes);
  }

  @Test
  void everyDeliveredModuleHasItsLayer() {
    Set<String> delivered = new TreeSet<>();
    classes.stream()
        .filter(type -> !type.getPackageName().startsWith("io.sapo.distribution"))
        .forEach(type -> delivered.add(String.valueOf(module(type))));
    assertThat(delivered).isEqualTo(layered());
  }

  @Test
  void noModuleDependsOnAHigherLayer() {
    Set<String> wrong = new TreeSet<>();
    for (JavaClass type : classes) {
      for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
        JavaClass target = dependency.getTargetClass().getBaseComponentType();
        if (target.getPackageName().startsWith(PROJECT) && !allowed(module(type), module(target))) {
          wrong.add(
              "%s of %s uses %s of %s"
                  .formatted(type.getName(), module(type), target.getName(), module(target)));
        }
      }
    }
    assertThat(wrong).isEmpty();
  }

  private static boolean allowed(String from, String to) {
    return from.equals(to)
        || MAY_USE.getOrDefault(from, layered()).contains(to) && layer(to) < layer(from);
  }

  private static int layer(String module) {
    for (int i = 0; i < LAYERS.size(); i++) {
      if (LAYERS.get(i).contains(module)) {
        return i;
      }
    }
    throw new IllegalArgumentException(module + " has no layer");
  }

  @Test
  void everyPackageSaysWhatItHolds() throws IOException {
    Set<Path> without = new TreeSet<>();
    for (String module : layered()) {
      try (Stream<Path> files = Files.walk(sources(module))) {
        files
            .filter(file -> file.toString().endsWith(".java"))
            .map(Path::getParent)
            .filter(folder -> !Files.exists(folder.resolve("package-info.java")))
            .forEach(without::add);
      }
    }
    assertThat(without).isEmpty();
  }

  @Test
  void noModuleIsTooLarge() throws IOException {
    Map<String, Long> lines = new TreeMap<>();
    for (String module : layered()) {
      lines.put(module, lines(sources(module)));
    }
    long all = lines.values().stream().mapToLong(Long::longValue).sum();
    List<String> large = new ArrayList<>();
    lines.forEach(
        (module, own) -> {
          if (own > LARGEST_SHARE * all) {
            large.add("%s: %d of %d lines".formatted(module, own, all));
          }
        });
    assertThat(large).isEmpty();
  }

  private static long lines(Path sources) throws IOException {
    try (Stream<Path> files = Files.walk(sources)) {
      return files
          .filter(file -> file.toString().endsWith(".java"))
          .mapToLong(ArchitectureTest::linesOf)
          .sum();
    }
  }

  private static long linesOf(Path file) {
    try (Stream<String> lines = Files.lines(file)) {
      return lines.count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
