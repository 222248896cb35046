/** From what is committed back to a training state, by folding again. */
package io.sapo.learner.recovery;
