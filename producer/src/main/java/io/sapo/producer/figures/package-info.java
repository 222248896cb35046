/**
 * The learning task {@code figures}: small bar charts with questions whose answer takes several
 * written steps, and the supervised solutions, right and wrong, that a starting checkpoint is
 * trained on.
 */
package io.sapo.producer.figures;
