/** Headless Chromium for tests; without it they are skipped. */
package io.sapo.browser;
