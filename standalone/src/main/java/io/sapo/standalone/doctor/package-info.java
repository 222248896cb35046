/** Checks of a machine, a checkpoint and tasks before training. */
package io.sapo.standalone.doctor;
