/** What every command shares: how it fails, what it answers to the shell, how it prints. */
package io.sapo.command;
