/** An embedded one-node Kafka broker. */
package io.sapo.broker;
