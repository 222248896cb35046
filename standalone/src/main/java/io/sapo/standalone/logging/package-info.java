/** Set-up of logging for terminals, files and containers. */
package io.sapo.standalone.logging;
