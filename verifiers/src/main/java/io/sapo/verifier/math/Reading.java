package io.sapo.verifier.math;

/**
 * One way to read what can be read in several.
 *
 * @param thousands a comma before three digits belongs to the number, outside brackets
 * @param tightProducts a/bc is a/(bc) rather than (a/b)·c
 * @param letterUnits a single letter behind a number and a space is a unit
 */
record Reading(boolean thousands, boolean tightProducts, boolean letterUnits) {}
