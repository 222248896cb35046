package io.sapo.producer.server;

import java.nio.file.Path;
import java.util.Optional;

/**
 * A weight version as it is written for servers to load.
 *
 * @param name says version and content; what a server that goes by versions calls the weights
 * @param folder holds the adapter, or the whole model
 * @param adapter whether it is an adapter
 * @param expected what the version says of the probe's prompt
 * @param previous the same of the version before; empty for the first
 * @param base the same of the model without adapters; empty where every weight is trained
 */
record Publication(
    long version,
    String name,
    Path folder,
    boolean adapter,
    Fingerprint expected,
    Optional<Fingerprint> previous,
    Optional<Fingerprint> base) {}
