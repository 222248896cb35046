/** Between the tensors of networks and those of the log: what is published, in native memory. */
package io.sapo.weights;
