/** What a process reads from outside at the moment, for its last message. */
package io.sapo.reading;
