/** What an update depends on, and how a learner saves and publishes. */
package io.sapo.learner.config;
