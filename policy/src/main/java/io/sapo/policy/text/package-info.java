/** Tokenizers: text to tokens and back. */
package io.sapo.policy.text;
