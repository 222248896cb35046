/** What a person sees of a run, read from its topics alone. */
package io.sapo.standalone.progress;
