/** Topics of a run, their Avro records and encoding, and clients that read them. */
package io.sapo.schemas;
