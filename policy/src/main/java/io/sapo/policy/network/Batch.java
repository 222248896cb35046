package io.sapo.policy.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.picture.PreparedPicture;
import io.sapo.policy.script.NativeArrays;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Sequences as the list of tensors that {@code batch.py} describes, padded on the right. The last
 * response token is predicted but not fed. A picture object that occurs in several sequences goes
 * through the vision tower once.
 *
 * @param arguments owned by the manager given to {@link #assemble}
 * @param responseLengths response tokens of each sequence
 */
public record Batch(NDList arguments, int[] responseLengths) {
  private static final String LIST_NAME = "batch[]";
  private static final int ROWS = 2;
  private static final int PICTURE_TENSORS = 11;

  /**
   * @throws IllegalArgumentException for a token outside the vocabulary, or image tokens that do
   *     not match the pictures
   */
  public static Batch assemble(
      NDManager manager, ModelConfig config, List<TokenSequence> sequences) {
    Assembler assembler = new Assembler(config, sequences);
    assembler.fill();
    return assembler.toBatch(manager);
  }

  /** The same batch with every position, padding too, in place of those that predict responses. */
  Batch atEveryPosition(NDManager manager) {
    NDList all = new NDList(arguments);
    NDArray rows = manager.arange(0, (int) arguments.get(0).size(), 1, DataType.INT64);
    rows.setName(LIST_NAME);
    all.set(ROWS, rows);
    return new Batch(all, responseLengths);
  }

  /** Response tokens in the whole batch. */
  public int responseTokens() {
    return IntStream.of(responseLengths).sum();
  }

  /** Cuts one number a response token into a row a sequence. */
  public float[][] split(float[] flat) {
    float[][] rows = new float[responseLengths.length][];
    int begin = 0;
    for (int i = 0; i < rows.length; i++) {
      rows[i] = Arrays.copyOfRange(flat, begin, begin + responseLengths[i]);
      begin += responseLengths[i];
    }
    return rows;
  }

  /**
   * The inverse of {@link #split}.
   *
   * @throws IllegalArgumentException where rows and responses differ in length
   */
  public float[] join(float[][] rows) {
    float[] flat = new float[responseTokens()];
    if (rows.length != responseLengths.length) {
      throw new IllegalArgumentException(
          "A batch of %d sequences got %d rows of numbers"
              .formatted(responseLengths.length, rows.length));
    }
    int begin = 0;
    for (int i = 0; i < rows.length; i++) {
      if (rows[i].length != responseLengths[i]) {
        throw new IllegalArgumentException(
            "Sequence %d of the batch has %d response tokens but got %d numbers"
                .formatted(i, responseLengths[i], rows[i].length));
      }
      System.arraycopy(rows[i], 0, flat, begin, rows[i].length);
      begin += rows[i].length;
    }
    return flat;
  }

  private static final class Assembler {
    private final ModelConfig config;
    private final List<TokenSequence> sequences;
    private final int width;
    private final int axes;
    private final long[] tokens;
    private final long[] positions;
    private final long[] rows;
    private final long[] targets;
    private final long[] embeddingRows;
    private final int[] responseLengths;
    private final Map<PreparedPicture, Integer> firstEmbedding = new IdentityHashMap<>();
    private final List<PreparedPicture> pictures = new ArrayList<>();
    private int embeddings;
    private int response;

    Assembler(ModelConfig config, List<TokenSequence> sequences) {
      this.config = config;
      this.sequences = sequences;
      this.responseLengths = sequences.stream().mapToInt(s -> s.responseTokens().length).toArray();
      this.width = sequences.stream().mapToInt(Assembler::fed).max().orElse(0);
      this.axes = config.positionAxes();
      int places = sequences.size() * width;
      int responses = IntStream.of(responseLengths).sum();
      this.tokens = new long[places];
      this.positions = new long[axes * places];
      this.rows = new long[responses];
      this.targets = new long[responses];
      this.embeddingRows =
          new long[sequences.stream().allMatch(s -> s.pictures().isEmpty()) ? 0 : places];
    }

    private static int fed(TokenSequence sequence) {
      return sequence.responseTokens().length == 0 ? sequence.length() : sequence.length() - 1;
    }

    void fill() {
      for (int i = 0; i < embeddingRows.length; i++) {
        embeddingRows[i] = i;
      }
      for (int i = 0; i < sequences.size(); i++) {
        fillTokens(i, sequences.get(i));
        fillResponse(i, sequences.get(i));
        fillPictures(i, sequences.get(i));
      }
    }

    private void fillTokens(int index, TokenSequence sequence) {
      RotaryPositions rotary = RotaryPositions.of(sequence, config);
      for (int t = 0; t < fed(sequence); t++) {
        tokens[index * width + t] = checked(sequence.token(t), index, t);
        for (int axis = 0; axis < axes; axis++) {
          positions[(axis * sequences.size() + index) * width + t] = rotary.axes()[axis][t];
        }
      }
    }

    private void fillResponse(int index, TokenSequence sequence) {
      int prompt = sequence.promptTokens().length;
      for (int t = 0; t < sequence.responseTokens().length; t++, response++) {
        rows[response] = (long) index * width + prompt - 1 + t;
        targets[response] = checked(sequence.responseTokens()[t], index, prompt + t);
      }
    }

    private void fillPictures(int index, TokenSequence sequence) {
      int place = index * width;
      for (PreparedPicture picture : sequence.pictures()) {
        int merged = picture.mergedTokens(config.vision().orElseThrow().spatialMergeSize());
        Integer first = firstEmbedding.putIfAbsent(picture, embeddings);
        if (first == null) {
          first = embeddings;
          embeddings += merged;
          pictures.add(picture);
        }
        int image = config.imageTokens().orElseThrow().image();
        while (tokens[place] != image) {
          place++;
        }
        for (int i = 0; i < merged; i++) {
          embeddingRows[place++] = tokens.length + first + i;
        }
      }
    }

    private int checked(int token, int sequence, int position) {
      if (token < 0 || token >= config.vocabSize()) {
        throw new IllegalArgumentException(
            "Token %d at position %d of sequence %d is outside the vocabulary of %d"
                .formatted(token, position, sequence, config.vocabSize()));
      }
      return token;
    }

    Batch toBatch(NDManager manager) {
      NDList list = new NDList();
      list.add(NativeArrays.longs(manager, tokens, sequences.size(), width));
      list.add(NativeArrays.longs(manager, positions, axes, sequences.size(), width));
      list.add(NativeArrays.longs(manager, rows, rows.length));
      list.add(NativeArrays.longs(manager, targets, targets.length));
      list.add(NativeArrays.longs(manager, embeddingRows, embeddingRows.length));
      addPictures(manager, list);
      list.forEach(array -> array.setName(LIST_NAME));
      return new Batch(list, responseLengths);
    }

    private void addPictures(NDManager manager, NDList list) {
      if (pictures.isEmpty()) {
        NDArray none = NativeArrays.absent(manager);
        for (int i = 0; i < PICTURE_TENSORS; i++) {
          list.add(none);
        }
        return;
      }
      WindowOrder order = WindowOrder.of(pictures, config.vision().orElseThrow());
      int patches = order.patchPositions()[0].length;
      int values = order.patches().remaining() / patches;
      list.add(NativeArrays.floats(manager, order.patches(), patches, values));
      long[] both = new long[2 * patches];
      System.arraycopy(order.patchPositions()[0], 0, both, 0, patches);
      System.arraycopy(order.patchPositions()[1], 0, both, patches, patches);
      list.add(NativeArrays.longs(manager, both, 2, patches));
      list.add(NativeArrays.longs(manager, order.mergeOrder(), order.mergeOrder().length));
      addSegments(manager, list, order.windows());
      addSegments(manager, list, order.frames());
      addTable(manager, list, order);
    }

    private void addTable(NDManager manager, NDList list, WindowOrder order) {
      int side = config.vision().orElseThrow().positionTableSide();
      if (side == 0) {
        list.add(NativeArrays.absent(manager));
        list.add(NativeArrays.absent(manager));
        return;
      }
      TablePositions table = TablePositions.of(pictures, order.patchPositions(), side);
      int patches = order.patchPositions()[0].length;
      list.add(NativeArrays.longs(manager, table.rows(), TablePositions.CORNERS, patches));
      list.add(NativeArrays.floats(manager, table.weights(), TablePositions.CORNERS, patches));
    }

    private static void addSegments(NDManager manager, NDList list, Segments segments) {
      list.add(NativeArrays.longs(manager, segments.pad(), segments.pad().length));
      list.add(NativeArrays.longs(manager, segments.unpad(), segments.unpad().length));
      list.add(
          NativeArrays.booleans(manager, segments.mask(), segments.count(), segments.longest()));
    }
  }
}
