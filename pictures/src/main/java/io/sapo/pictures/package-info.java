/**
 * The only reader of pictures: {@link io.sapo.pictures.PictureFiles} takes bytes from files that
 * may be read, {@link io.sapo.pictures.PictureStructure} tells from the encoded bytes alone whether
 * a picture is whole and what it would take to decode it, {@link io.sapo.pictures.PictureDecoder}
 * turns it into RGB.
 *
 * <p>Pictures come from strangers. Nothing here opens what is no regular file below a configured
 * folder, reads more than {@link io.sapo.pictures.PictureLimits#MAX_ENCODED_BYTES} bytes, or
 * decodes more than {@link io.sapo.pictures.PictureLimits#MAX_DECODED_BYTES} at a time.
 */
package io.sapo.pictures;
