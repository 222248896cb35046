/** TorchScript sources assembled into modules, and the native arrays that they are given. */
package io.sapo.policy.script;
