/**
 * The admin endpoint: one HTTP server from which a person sees whether the training is healthy.
 *
 * <p>It reads topics and asks the broker for positions; it knows no other process. {@code topics}
 * follows the log into {@code run}, {@code health} judges it, {@code http} and {@code metrics} show
 * it. Other modules call {@link io.sapo.admin.AdminServer} only.
 */
package io.sapo.admin;
