/** From picture files to the patches that a vision tower takes. */
package io.sapo.policy.picture;
