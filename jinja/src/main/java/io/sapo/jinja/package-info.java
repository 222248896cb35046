/**
 * The dialect of Jinja in which checkpoints write their chat templates: Jinja2's sandboxed
 * environment with {@code trim_blocks}, {@code lstrip_blocks}, {@code loopcontrols}, a plain {@code
 * tojson}, {@code raise_exception}, {@code strftime_now} and the {@code generation} tag.
 *
 * <p>Templates come from strangers. They see nothing but values made of JSON; no Java object, file
 * or class can be reached, and work, memory and depth are limited by {@link Budget}.
 */
package io.sapo.jinja;
