/**
 * Benchmarks of every stage against a limit measured in the same run: the machine's own rate of
 * matrix products, a Streams topology that only passes bytes on, and so on. Limit and candidate
 * take turns, so that both see the same machine, and medians are reported.
 *
 * <p>This is a harness of its own, not JMH: the unit of measurement is a ratio of two workloads
 * that alternate, most of which own threads, native memory or a broker.
 */
package io.sapo.bench;
