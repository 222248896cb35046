/** Accuracy on held-out tasks: once for a model, or again and again beside a training run. */
package io.sapo.evaluator;
