/** Where the process starts; each part of the command line has a package below. */
package io.sapo.standalone;
