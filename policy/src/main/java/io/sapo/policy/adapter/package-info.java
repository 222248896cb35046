/**
 * Low-rank adapters as PEFT lays them out, read and written; what policy and critic begin as, with
 * adapters or without.
 */
package io.sapo.policy.adapter;
