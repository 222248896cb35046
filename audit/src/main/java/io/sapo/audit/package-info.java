/**
 * The proof that a run's topics and checkpoints agree with each other, or the list of what does
 * not. {@link io.sapo.audit.Audit} reads; each {@code …Check} is a pure function of what it is
 * shown, one record at a time. Memory grows with the number of versions and with some forty bytes a
 * trajectory, not with the size of the records; weights are held one version at a time.
 */
package io.sapo.audit;
