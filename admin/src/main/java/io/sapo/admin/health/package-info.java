/** Conditions of a healthy run: pure functions of what is known of it. */
package io.sapo.admin.health;
