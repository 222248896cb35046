/** Where the admin endpoint listens, who may ask, its limits, and the thresholds of health. */
package io.sapo.admin.config;
