/** Prometheus metrics of the run, of Kafka clients and of this process. */
package io.sapo.admin.metrics;
