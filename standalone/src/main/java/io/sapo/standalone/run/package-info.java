/** All roles of the system in one process; they talk through topics only. */
package io.sapo.standalone.run;
