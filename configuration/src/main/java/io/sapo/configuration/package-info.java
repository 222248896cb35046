/**
 * Configuration: documented defaults, a run's own settings, a YAML file, the environment and flags,
 * laid over each other; every mistake reported at once; bound to the records of the modules.
 */
package io.sapo.configuration;
