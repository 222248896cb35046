/** From a task to the tokens and picture patches that a network takes. */
package io.sapo.producer.prompt;
