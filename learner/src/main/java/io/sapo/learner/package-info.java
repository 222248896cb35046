/** The learner service: folds the segments topic into weight versions and commits them. */
package io.sapo.learner;
