/** {@code sapo replay}: which config a what-if run has, and how its reports are printed. */
package io.sapo.standalone.replay;
