/**
 * What a process reads from outside: within limits, and known while it is read, for its last
 * message.
 */
package io.sapo.reading;
