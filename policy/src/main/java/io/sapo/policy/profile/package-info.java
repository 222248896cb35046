/**
 * What is peculiar to one checkpoint about text: its chat template, the tokens that begin, end and
 * structure a text, and those that neither a task nor the model may produce. Read once from the
 * folder and used by whoever makes prompts or reads responses.
 */
package io.sapo.policy.profile;
