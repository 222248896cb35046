/**
 * Key frames of VP8 (RFC 6386), which is what a lossy WebP holds, to RGB bit for bit as libwebp
 * makes them: loop filter, chrominance interpolated. {@link io.sapo.pictures.vp8.KeyFrame} is the
 * way in.
 */
package io.sapo.pictures.vp8;
