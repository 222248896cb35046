/** Where a fault test may end the process of a learner. */
package io.sapo.learner.fault;
