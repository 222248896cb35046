/** The HTTP server: routes, access control, limits, and the views that answer. */
package io.sapo.admin.http;
