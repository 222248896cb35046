/**
 * Which weights a network has: names, shapes, adapters, and their places in the list that scripts
 * take.
 */
package io.sapo.policy.layout;
