/** The commands of the sapo command line, a class each. */
package io.sapo.standalone.cli;
