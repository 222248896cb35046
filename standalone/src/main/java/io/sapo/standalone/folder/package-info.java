/** The folder of a run on disk. */
package io.sapo.standalone.folder;
