/**
 * VP8L, which is what a lossless WebP holds, and the transparency of a lossy one. {@link
 * io.sapo.pictures.vp8l.LosslessFrame} is the way in.
 */
package io.sapo.pictures.vp8l;
