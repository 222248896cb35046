/** The gateway over HTTP, in the words of OpenAI's chat completions. */
package io.sapo.standalone.gateway;
