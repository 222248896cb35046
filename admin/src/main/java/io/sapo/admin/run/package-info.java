/** What is known of a run, as an index of bounded size over its topics. */
package io.sapo.admin.run;
