/** What became of a record, put together from the topics. */
package io.sapo.standalone.inspect;
