/**
 * Long sums, one step a line: tasks of which the correctness of every step is known, so that what
 * an algorithm credits can be held against the truth.
 */
package io.sapo.producer.chain;
