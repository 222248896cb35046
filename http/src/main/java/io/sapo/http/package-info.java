/** HTTP exchanges with services that are not trusted. */
package io.sapo.http;
