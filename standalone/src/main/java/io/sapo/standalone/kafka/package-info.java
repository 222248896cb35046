/** A run's brokers as commands reach them, and listings of its topics. */
package io.sapo.standalone.kafka;
