/**
 * Topics of a run, their Avro records and encoding, and clients that read them; heartbeats, and
 * whether a main loop makes progress.
 */
package io.sapo.schemas;
