/** For tests of every module; knows nothing of the project. */
package io.sapo.testing;
