/** Readers of a run's topics, consumer lags, and the sender of commands. */
package io.sapo.admin.topics;
