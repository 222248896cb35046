/** What a run has measured, read from its topics. */
package io.sapo.standalone.measurements;
