/**
 * Judges outside the stream: services and models that take their time, and may be slow, wrong or
 * down.
 *
 * <pre>
 * stream ─segmenter-judge-NAME─▶ worker ─HTTP─▶ judge
 *    ▲                              │
 *    └──────segmenter-verdicts──────┘
 * </pre>
 *
 * The stream holds a trajectory until its verdict comes, and goes on with others; it alone decides
 * how long. A worker asks at least once: what it was at when it was killed is asked again, and the
 * stream takes the first verdict and none after it. So nothing here needs a transaction.
 */
package io.sapo.segmenter.judge;
