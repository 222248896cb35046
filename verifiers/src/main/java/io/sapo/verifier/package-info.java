/**
 * Judging a response against the task's reference answer. What a response says is hostile text:
 * every verifier works in time linear in its length and looks at bounded parts of it only.
 */
package io.sapo.verifier;
