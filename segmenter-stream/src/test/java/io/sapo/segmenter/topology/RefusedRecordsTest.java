package io.sapo.segmenter.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.sapo.schemas.PackedArrays;
import io.sapo.schemas.Picture;
import io.sapo.schemas.RecordCodec;
import io.sapo.schemas.Sampling;
import io.sapo.schemas.Task;
import io.sapo.schemas.Topic;
import io.sapo.schemas.Topics;
import io.sapo.schemas.Trajectory;
import io.sapo.schemas.VersionRun;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every way in which a record can be bad, and the reason it is refused for. */
class RefusedRecordsTest {
  private static final RecordCodec<Trajectory> CODEC = RecordCodec.of(Trajectory.class);

  /** One topology takes it all in, one bad record after the other. */
  private static TopologyHarness topology;

  private static int goodRecords;

  @BeforeAll
  static void start(@TempDir Path stateDir) {
    topology = new TopologyHarness(stateDir);
  }

  @AfterAll
  static void stop() {
    topology.close();
  }

  static Stream<Arguments> badBytes() {
    byte[] good = CODEC.encode(SampleTrajectories.right("a").build());
    byte[] unknown = good.clone();
    unknown[5] ^= 1;
    byte[] task =
        RecordCodec.of(Task.class)
            .encode(
                Task.newBuilder()
                    .setTaskId("t")
                    .setPrompt("p")
                    .setAnswer("1")
                    .setVerifier("gsm8k")
                    .build());
    return Stream.of(
        Arguments.of("empty", "no value", null),
        Arguments.of("empty", "no bytes", new byte[0]),
        Arguments.of("not-a-record", "text", "{\"trajectoryId\": 1}".getBytes()),
        Arguments.of("not-a-record", "half a header", Arrays.copyOf(good, 6)),
        Arguments.of("unknown-schema", "unknown fingerprint", unknown),
        Arguments.of("unknown-schema", "a record of another topic", task),
        Arguments.of("malformed", "truncated Avro", Arrays.copyOf(good, good.length - 20)),
        Arguments.of("malformed", "header only", Arrays.copyOf(good, 10)),
        Arguments.of("trailing-bytes", "too much", Arrays.copyOf(good, good.length + 1)));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("badBytes")
  void bytesThatAreNoTrajectory(String reason, String what, byte[] value) {
    byte[] key = Topic.keyBytes("group-of-a");
    topology.send(key, value);

    assertRefusedAlone(reason, key, value);
  }

  @Test
  void whatIsTooLargeEvenForADeadLetterIsRefusedWithoutItsBytes() {
    topology.send(Topic.keyBytes("a"), new byte[2 * Topics.MAX_RECORD_BYTES]);

    List<TestRecord<byte[], byte[]>> letters = topology.deadLetters();
    assertThat(letters).hasSize(1);
    assertThat(TopologyHarness.reason(letters.get(0))).isEqualTo("too-large");
    assertThat(TopologyHarness.detail(letters.get(0))).contains("too many to be kept here");
    assertThat(letters.get(0).value()).isEmpty();
  }

  @Test
  void aHeaderOfOursWithoutAValueChangesNothing() {
    Trajectory good = SampleTrajectories.right("without-a-value").build();
    topology.send(
        new TestRecord<>(
            Topic.keyBytes(good.getGroupId()),
            CODEC.encode(good),
            new RecordHeaders().add("sapo.damaged", null)));

    assertThat(topology.deadLetters()).isEmpty();
    assertThat(topology.segments()).hasSize(1);
  }

  static Stream<Arguments> badTrajectories() {
    List<Arguments> cases = new ArrayList<>();
    ids(cases);
    arrays(cases);
    numbers(cases);
    pictures(cases);
    judging(cases);
    return cases.stream();
  }

  private static void ids(List<Arguments> cases) {
    cases.add(bad("bad-id", "no trajectory id", t -> t.setTrajectoryId("")));
    cases.add(bad("bad-id", "no producer id", t -> t.setProducerId(" ")));
    cases.add(bad("bad-id", "control characters", t -> t.setTaskId("a\0b")));
    cases.add(bad("bad-id", "long id", t -> t.setTrajectoryId("x".repeat(257))));
    cases.add(bad("key-mismatch", "another group's key", t -> t.setGroupId("elsewhere")));
    cases.add(bad("bad-group-size", "no rollouts", t -> t.setGroupSize(0)));
    cases.add(bad("bad-group-size", "endless group", t -> t.setGroupSize(1025)));
  }

  private static void arrays(List<Arguments> cases) {
    ByteBuffer none = ByteBuffer.allocate(0);
    ByteBuffer eight = PackedArrays.pack(new float[8]);
    cases.add(bad("no-tokens", "no response", t -> t.setResponseTokens(none)));
    cases.add(bad("no-tokens", "no prompt", t -> t.setPromptTokens(none)));
    cases.add(bad("lengths-disagree", "few log-probs", t -> t.setLogProbs(eight)));
    cases.add(bad("lengths-disagree", "few entropies", t -> t.setEntropies(eight)));
    cases.add(bad("lengths-disagree", "few char ends", t -> t.setTokenCharEnds(eight)));
    cases.add(
        bad("lengths-disagree", "odd bytes", t -> t.setLogProbs(ByteBuffer.allocate(4 * 9 + 1))));
    cases.add(bad("lengths-disagree", "short mask", t -> t.setLossMask(ByteBuffer.allocate(8))));
    cases.add(bad("bad-loss-mask", "a two", t -> t.setLossMask(filled(9, 2))));
    cases.add(bad("bad-loss-mask", "nothing to train", t -> t.setLossMask(filled(9, 0))));
    cases.add(bad("bad-token", "negative token", t -> t.setResponseTokens(ints(9, 4, -1))));
    cases.add(bad("bad-token", "negative prompt", t -> t.setPromptTokens(ints(3, 0, -7))));
    cases.add(bad("bad-char-ends", "beyond the text", t -> t.setTokenCharEnds(ints(9, 8, 99))));
    cases.add(bad("bad-char-ends", "going back", t -> t.setTokenCharEnds(ints(9, 3, 5))));
    cases.add(bad("bad-char-ends", "negative", t -> t.setTokenCharEnds(ints(9, 0, -1))));
  }

  private static void numbers(List<Arguments> cases) {
    cases.add(bad("not-finite", "NaN log-prob", t -> t.setLogProbs(floats(9, 3, Float.NaN))));
    cases.add(
        bad(
            "not-finite",
            "infinite log-prob",
            t -> t.setLogProbs(floats(9, 3, Float.NEGATIVE_INFINITY))));
    cases.add(bad("not-finite", "NaN entropy", t -> t.setEntropies(floats(9, 8, Float.NaN))));
    cases.add(bad("positive-log-prob", "p > 1", t -> t.setLogProbs(floats(9, 0, 0.01f))));
    cases.add(bad("negative-entropy", "H < 0", t -> t.setEntropies(floats(9, 0, -0.01f))));
    cases.add(bad("bad-versions", "no runs", t -> t.setVersions(List.of())));
    cases.add(bad("bad-versions", "too many", t -> t.setVersions(runs(1, 5, 2, 5))));
    cases.add(bad("bad-versions", "negative", t -> t.setVersions(runs(-1, 9))));
    cases.add(bad("bad-versions", "empty run", t -> t.setVersions(runs(1, 9, 2, 0))));
    cases.add(
        bad(
            "bad-versions",
            "overflow",
            t -> t.setVersions(runs(1, Integer.MAX_VALUE, 2, Integer.MAX_VALUE, 3, 11))));
    cases.add(bad("bad-sampling", "hot", t -> t.setSampling(new Sampling(Double.NaN, 1.0, 0, 64))));
    cases.add(bad("bad-sampling", "no mass", t -> t.setSampling(new Sampling(1.0, 0.0, 0, 64))));
    cases.add(bad("bad-sampling", "top -1", t -> t.setSampling(new Sampling(1.0, 1.0, -1, 64))));
  }

  private static void pictures(List<Arguments> cases) {
    byte[] png = SampleTrajectories.picture("png");
    byte[] jpeg = SampleTrajectories.picture("jpg");
    byte[] flipped = png.clone();
    flipped[png.length / 2] ^= 1;
    byte[] huge = png.clone();
    huge[16] = 0x7F;
    String reason = "unreadable-picture";
    cases.add(bad(reason, "text", inline("no picture".getBytes())));
    cases.add(bad(reason, "empty", inline(new byte[0])));
    cases.add(bad(reason, "truncated PNG", inline(Arrays.copyOf(png, png.length - 20))));
    cases.add(bad(reason, "PNG header only", inline(Arrays.copyOf(png, 33))));
    cases.add(bad(reason, "damaged PNG", inline(flipped)));
    cases.add(bad(reason, "forged width", inline(huge)));
    cases.add(bad(reason, "truncated JPEG", inline(Arrays.copyOf(jpeg, jpeg.length - 2))));
    cases.add(bad(reason, "JPEG start only", inline(Arrays.copyOf(jpeg, 2))));
    cases.add(bad(reason, "a BMP", inline(SampleTrajectories.picture("bmp"))));
    cases.add(bad(reason, "relative path", t -> t.setPictures(List.of(byPath("a.png")))));
    cases.add(bad(reason, "address", t -> t.setPictures(List.of(byPath("https://a/b.png")))));
    Picture neither = Picture.newBuilder().setSha256(SampleTrajectories.sha256(png)).build();
    cases.add(bad(reason, "neither bytes nor path", t -> t.setPictures(List.of(neither))));
    Picture both =
        Picture.newBuilder(SampleTrajectories.inline(png)).setPath("/data/chart.png").build();
    cases.add(bad(reason, "bytes and path", t -> t.setPictures(List.of(both))));
    Picture otherHash =
        Picture.newBuilder(SampleTrajectories.inline(png))
            .setSha256(SampleTrajectories.sha256(jpeg))
            .build();
    cases.add(bad("picture-hash", "another's hash", t -> t.setPictures(List.of(otherHash))));
    Picture noHash = Picture.newBuilder(SampleTrajectories.inline(png)).setSha256("cafe").build();
    cases.add(bad("picture-hash", "no hash", t -> t.setPictures(List.of(noHash))));
    cases.add(
        bad(
            "too-large",
            "an album",
            t ->
                t.setPictures(
                    Stream.generate(() -> SampleTrajectories.inline(png)).limit(65).toList())));
  }

  private static Picture byPath(String path) {
    return Picture.newBuilder().setSha256("0".repeat(64)).setPath(path).build();
  }

  private static void judging(List<Arguments> cases) {
    cases.add(bad("unknown-verifier", "no such verifier", t -> t.setVerifier("oracle")));
    cases.add(bad("unknown-verifier", "no verifier", t -> t.setVerifier("")));
    cases.add(bad("bad-reference", "answer is no number", t -> t.setAnswer("many")));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("badTrajectories")
  void trajectoriesThatBreakARule(String reason, String what, Consumer<Trajectory.Builder> spoil) {
    Trajectory.Builder builder = SampleTrajectories.right("a");
    spoil.accept(builder);
    byte[] key = Topic.keyBytes("group-of-a");
    byte[] value = CODEC.encode(builder.build());
    topology.send(key, value);

    assertRefusedAlone(reason, key, value);
  }

  private void assertRefusedAlone(String reason, byte[] key, byte[] value) {
    topology.send(SampleTrajectories.right("good-" + goodRecords++).build());

    List<TestRecord<byte[], byte[]>> deadLetters = topology.deadLetters();
    assertThat(deadLetters).hasSize(1);
    assertThat(TopologyHarness.reason(deadLetters.get(0))).isEqualTo(reason);
    assertThat(TopologyHarness.detail(deadLetters.get(0))).isNotBlank();
    assertThat(deadLetters.get(0).key()).isEqualTo(key);
    assertThat(deadLetters.get(0).value()).isEqualTo(value);
    assertThat(topology.segments()).as("the record after it").hasSize(1);
  }

  @Test
  void aRecordWithoutAKeyIsRefused() {
    topology.send(null, CODEC.encode(SampleTrajectories.right("a").build()));

    assertThat(topology.reasons()).containsExactly("key-mismatch");
  }

  @Test
  void aRecordThatWouldOutgrowItsTopicIsRefused() {
    String prompt = "x".repeat(Topics.MAX_RECORD_BYTES - 3000);
    topology.send(SampleTrajectories.right("a").setPrompt(prompt).build());

    assertThat(topology.reasons()).containsExactly("too-large");
  }

  private static Arguments bad(String reason, String what, Consumer<Trajectory.Builder> spoil) {
    return Arguments.of(reason, what, spoil);
  }

  private static Consumer<Trajectory.Builder> inline(byte[] encoded) {
    return t -> t.setPictures(List.of(SampleTrajectories.inline(encoded)));
  }

  private static ByteBuffer filled(int length, int value) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) value);
    return ByteBuffer.wrap(bytes);
  }

  private static ByteBuffer ints(int length, int at, int value) {
    int[] values = new int[length];
    values[at] = value;
    return PackedArrays.pack(values);
  }

  private static ByteBuffer floats(int length, int at, float value) {
    float[] values = new float[length];
    values[at] = value;
    return PackedArrays.pack(values);
  }

  private static List<VersionRun> runs(long... versionsAndTokens) {
    List<VersionRun> runs = new ArrayList<>();
    for (int i = 0; i < versionsAndTokens.length; i += 2) {
      runs.add(new VersionRun(versionsAndTokens[i], (int) versionsAndTokens[i + 1]));
    }
    return runs;
  }
}
