/** Inference servers (vLLM, SGLang) as a rollout engine. */
package io.sapo.producer.server;
