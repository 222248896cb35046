/** Roles, in one process or each in its own; they talk through topics only. */
package io.sapo.standalone.run;
