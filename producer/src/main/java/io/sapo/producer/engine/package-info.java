/**
 * What generates responses, behind one interface: {@link io.sapo.producer.engine.BuiltinEngine} in
 * this process, {@code ServerEngine} by inference servers.
 */
package io.sapo.producer.engine;
