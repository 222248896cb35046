/** What a run measured as TensorBoard's event files. */
package io.sapo.standalone.tensorboard;
