package io.sapo.learner.commit;

import io.sapo.schemas.Environment;
import io.sapo.schemas.InputRange;
import io.sapo.schemas.RecordCodec;
import io.sapo.schemas.Skipped;
import io.sapo.schemas.WeightVersion;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A commit record as a run of weeks can hold a million of them: some 300 bytes. Metrics, outcomes
 * and all but the first word of why records were skipped are left out, hashes are bytes instead of
 * hex, and what is the same for a whole run is held once.
 */
final class KeptVersion {
  private static final int HASH_BYTES = 32;
  private static final int OFFSET_AND_FLAGS = Long.BYTES + 1;
  private static final HexFormat HEX = HexFormat.of();

  /** Positions of the fields that hold a SHA-256 in hex. */
  private static final int[] HASHES =
      List.of("actorSha256", "criticSha256", "optimizerSha256", "parentSha256").stream()
          .mapToInt(name -> WeightVersion.getClassSchema().getField(name).pos())
          .toArray();

  /** What hardly changes within a run. */
  record Common(String config, String configDigest, String runId, Environment environment) {

    /**
     * Of a record, which then holds the same objects.
     *
     * @param before of its parent; null for the first
     * @return that one where nothing has changed
     */
    static Common shared(WeightVersion version, Common before) {
      Common own =
          new Common(
              version.getConfig(),
              version.getConfigDigest(),
              version.getRunId(),
              version.getEnvironment());
      Common common = Objects.equals(own, before) ? before : own;
      common.setIn(version);
      return common;
    }

    private void setIn(WeightVersion version) {
      version.setConfig(config);
      version.setConfigDigest(configDigest);
      version.setRunId(runId);
      version.setEnvironment(environment);
    }
  }

  private final Common common;

  /**
   * Offset, which of {@link #HASHES} are here, the record's own SHA-256, those hashes, then the
   * rest of the record as Avro.
   */
  private final byte[] packed;

  /**
   * @param version not changed
   * @param sha256 hex SHA-256 of the record as it lies on the log
   * @param offset where it lies there
   */
  KeptVersion(
      RecordCodec<WeightVersion> codec,
      WeightVersion version,
      Common common,
      String sha256,
      long offset) {
    this.common = common;
    WeightVersion rest = new WeightVersion();
    version.getSchema().getFields().forEach(f -> rest.put(f.pos(), version.get(f.pos())));
    rest.setMetrics(Map.of());
    rest.setOutcomes(List.of());
    rest.setInputs(version.getInputs().stream().map(KeptVersion::brief).toList());
    new Common("", "", "", null).setIn(rest);
    ByteBuffer hashes = ByteBuffer.allocate(HASH_BYTES * (1 + HASHES.length));
    hashes.put(HEX.parseHex(sha256));
    byte flags = 0;
    for (int i = 0; i < HASHES.length; i++) {
      byte[] hash = bytes((String) version.get(HASHES[i]));
      if (hash != null) {
        flags |= (byte) (1 << i);
        hashes.put(hash);
        rest.put(HASHES[i], "");
      }
    }
    byte[] avro = codec.encode(rest);
    this.packed =
        ByteBuffer.allocate(OFFSET_AND_FLAGS + hashes.position() + avro.length)
            .putLong(offset)
            .put(flags)
            .put(hashes.flip())
            .put(avro)
            .array();
  }

  /** Of why records were skipped, the first word: with dynamic sampling there are many. */
  private static InputRange brief(InputRange range) {
    return InputRange.newBuilder(range)
        .setSkipped(range.getSkipped().stream().map(KeptVersion::brief).toList())
        .build();
  }

  private static Skipped brief(Skipped run) {
    String reason = run.getReason();
    int colon = reason.indexOf(':');
    return colon < 0 ? run : Skipped.newBuilder(run).setReason(reason.substring(0, colon)).build();
  }

  /** Null where the text is not the hex of a SHA-256 as it is written; it stays text then. */
  private static byte[] bytes(String text) {
    if (text == null || text.length() != 2 * HASH_BYTES) {
      return null;
    }
    try {
      byte[] bytes = HEX.parseHex(text);
      return HEX.formatHex(bytes).equals(text) ? bytes : null;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** The record without metrics and outcomes; made anew with each call. */
  WeightVersion version(RecordCodec<WeightVersion> codec) {
    byte flags = packed[Long.BYTES];
    int from = OFFSET_AND_FLAGS + HASH_BYTES;
    int rest = from + HASH_BYTES * Integer.bitCount(flags);
    WeightVersion version = codec.decode(Arrays.copyOfRange(packed, rest, packed.length));
    common.setIn(version);
    for (int i = 0; i < HASHES.length; i++) {
      if ((flags & 1 << i) != 0) {
        version.put(HASHES[i], HEX.formatHex(packed, from, from + HASH_BYTES));
        from += HASH_BYTES;
      }
    }
    return version;
  }

  /** In the weights topic. */
  long offset() {
    return ByteBuffer.wrap(packed).getLong();
  }

  /** Hex, of the record as it lies on the log. */
  String sha256() {
    return HEX.formatHex(packed, OFFSET_AND_FLAGS, OFFSET_AND_FLAGS + HASH_BYTES);
  }

  /** Of what is not shared with others. */
  int bytes() {
    return packed.length;
  }
}
