/** Following the committed weight versions into memory. */
package io.sapo.producer.weights;
