package io.sapo.learner.input;

import io.sapo.pictures.PictureFiles;
import io.sapo.pictures.UnreadablePictureException;
import io.sapo.pictures.WrongPictureException;
import io.sapo.policy.picture.PicturePreprocessor;
import io.sapo.policy.picture.PreparedPicture;
import io.sapo.schemas.Picture;
import java.util.ArrayList;
import java.util.List;

/**
 * Pictures of a record: read, checked against their announced hashes, decoded once to see that they
 * can be, held against the prompt's picture tokens, and kept encoded. What comes out of here cannot
 * fail in an update. Thread-safe.
 */
public final class PictureLoader {

  /** Encoded, of one record: they stay in memory until it has been trained on. */
  static final long MAX_RECORD_BYTES = 64L << 20;

  private final PicturePreprocessor preprocessor;
  private final PictureFiles files;
  private final int imageToken;

  /**
   * @param files where pictures by path may lie
   * @param imageToken stands in a prompt for each merged patch of a picture
   */
  public PictureLoader(PicturePreprocessor preprocessor, PictureFiles files, int imageToken) {
    this.preprocessor = preprocessor;
    this.files = files;
    this.imageToken = imageToken;
  }

  /**
   * @param prompt must hold, for each picture in turn, a run of as many image tokens as it takes,
   *     and no other image token
   */
  List<PreparedPicture> load(List<Picture> pictures, int[] prompt) throws RefusedException {
    List<PreparedPicture> loaded = new ArrayList<>();
    long held = 0;
    int at = 0;
    for (int i = 0; i < pictures.size(); i++) {
      at = nextImageToken(prompt, at);
      if (at == prompt.length) {
        throw new RefusedException(
            "pictures", "%d pictures, but picture tokens for %d".formatted(pictures.size(), i));
      }
      PreparedPicture picture = load(i, pictures.get(i));
      held += picture.heldBytes();
      if (held > MAX_RECORD_BYTES) {
        throw new RefusedException(
            "pictures", "more than %d bytes of pictures".formatted(MAX_RECORD_BYTES));
      }
      at = endOfRun(i, preprocessor.tokens(picture), prompt, at);
      loaded.add(picture);
    }
    if (nextImageToken(prompt, at) < prompt.length) {
      throw new RefusedException(
          "pictures", "picture tokens behind those of its %d pictures".formatted(pictures.size()));
    }
    return loaded;
  }

  private int nextImageToken(int[] prompt, int from) {
    int at = from;
    while (at < prompt.length && prompt[at] != imageToken) {
      at++;
    }
    return at;
  }

  private int endOfRun(int index, int tokens, int[] prompt, int begin) throws RefusedException {
    int end = begin;
    while (end < prompt.length && end - begin < tokens && prompt[end] == imageToken) {
      end++;
    }
    if (end - begin < tokens) {
      throw new RefusedException(
          "pictures",
          "picture %d takes %d picture tokens, the prompt has %d from %d on"
              .formatted(index, tokens, end - begin, begin));
    }
    return end;
  }

  private PreparedPicture load(int index, Picture picture) throws RefusedException {
    try {
      return preprocessor.prepare(
          files.verified(picture.getBytes(), picture.getPath(), picture.getSha256()));
    } catch (WrongPictureException e) {
      throw new RefusedException("picture-hash", "picture %d: ".formatted(index) + e.getMessage());
    } catch (UnreadablePictureException e) {
      throw new RefusedException(
          "picture-unreadable", "picture %d: ".formatted(index) + e.getMessage());
    }
  }
}
