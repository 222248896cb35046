/**
 * Experiments: arms × seeds of whole training runs, each in a process of its own, with a tuning
 * budget that is equal for all arms, and one report with intervals.
 */
package io.sapo.standalone.experiment;
