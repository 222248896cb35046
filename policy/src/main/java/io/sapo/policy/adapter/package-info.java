/** Low-rank adapters as PEFT lays them out, read and written. */
package io.sapo.policy.adapter;
