/**
 * Whether two short answers, in LaTeX or plain writing, mean the same: exact arithmetic on rational
 * functions over surds, π, e and i; sixty decimal digits where nothing exact serves. Every
 * comparison works on a budget, so that no text costs more than milliseconds.
 */
package io.sapo.verifier.math;
