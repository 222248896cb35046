package io.sapo.standalone.plan;

import java.util.ArrayList;
import java.util.List;

/** Memory of the roles that hold no model. */
final class StreamNeed {
  /** Of a role that streams records, as the launcher gives it. */
  private static final long HEAP = 1L << 30;

  /** Caches and write buffers of the segmenter's state stores. */
  private static final long STATE_STORES = 150L << 20;

  /** Buffers of a broker's network threads and of its index files. */
  private static final long BROKER_BUFFERS = 120L << 20;

  private StreamNeed() {}

  static Need segmenter() {
    List<Part> parts = new ArrayList<>(Runtimes.jvm(HEAP));
    parts.add(stores());
    return new Need("segmenter", parts);
  }

  static Need broker() {
    List<Part> parts = new ArrayList<>(Runtimes.jvm(HEAP));
    parts.add(buffers());
    return new Need("broker", parts);
  }

  static Part stores() {
    return Part.host("segmenter's stores", STATE_STORES, "the same for every model");
  }

  static Part buffers() {
    return Part.host("broker's buffers", BROKER_BUFFERS, "page cache not counted");
  }
}
