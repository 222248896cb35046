/** What {@link io.sapo.audit} is told of models and checkpoints, which it knows nothing of. */
package io.sapo.standalone.audit;
