/**
 * The Kafka Streams topology, in the order in which a record passes through it:
 *
 * <pre>
 * trajectories ─▶ validate ─▶ segment ─▶ deduplicate ─▶ group ─▶ segments
 *                    │           │             │           │
 *                    └───────────┴─────────────┴───────────┴──▶ dead-letters
 * </pre>
 *
 * Where judges outside the stream have a say, a trajectory is held between segment and deduplicate:
 *
 * <pre>
 * segment ─▶ judging ─▶ segmenter-judge-NAME
 *               ▲ └───▶ deduplicate
 *  segmenter-verdicts
 * </pre>
 *
 * Every record read leaves as exactly one record: through {@code segments}, or through {@code
 * dead-letters} with its reason (a rollout of an open group once the group is closed). Bad data
 * never throws out of a processor; what does is a bug and stops the application with nothing
 * committed.
 */
package io.sapo.segmenter.topology;
