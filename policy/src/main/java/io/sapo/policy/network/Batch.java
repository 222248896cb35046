package io.sapo.policy.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.sapo.policy.checkpoint.ModelConfig;
import io.sapo.policy.picture.PreparedPicture;
import io.sapo.policy.script.NativeArrays;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Sequences as the list of tensors that {@code batch.py} describes. A prompt that several sequences
 * share goes through the network once, and so does a picture that several prompts share.
 *
 * @param arguments owned by the manager given to {@link #assemble}
 * @param responseLengths response tokens of each sequence
 */
public record Batch(NDList arguments, int[] responseLengths) {
  private static final String LIST_NAME = "batch[]";
  private static final int PLACES = 2;
  private static final int ROWS = 4;
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

  /** The same batch with every place, padding too, in place of those that predict responses. */
  Batch atEveryPlace() {
    NDList all = new NDList(arguments);
    NDArray rows = arguments.get(PLACES).flatten();
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
    private final Packing packing;
    private final int axes;
    private final long[] tokens;
    private final long[] positions;
    private final long[] rows;
    private final long[] targets;
    private final long[] embeddingRows;
    private final int[] responseLengths;
    private final Map<PreparedPicture, Integer> firstEmbedding = new HashMap<>();
    private final List<PreparedPicture> pictures = new ArrayList<>();
    private int embeddings;
    private int response;

    Assembler(ModelConfig config, List<TokenSequence> sequences) {
      this.config = config;
      this.sequences = sequences;
      this.responseLengths = sequences.stream().mapToInt(s -> s.responseTokens().length).toArray();
      this.packing = Packing.of(sequences);
      this.axes = config.decoder().attention().rotary().positionAxes();
      int responses = IntStream.of(responseLengths).sum();
      this.tokens = new long[packing.rows()];
      this.positions = new long[axes * packing.rows()];
      this.rows = new long[responses];
      this.targets = new long[responses];
      this.embeddingRows =
          new long[sequences.stream().allMatch(s -> s.pictures().isEmpty()) ? 0 : packing.rows()];
    }

    void fill() {
      for (int i = 0; i < embeddingRows.length; i++) {
        embeddingRows[i] = i;
      }
      for (int i = 0; i < sequences.size(); i++) {
        fillTokens(i, sequences.get(i));
        fillResponse(i, sequences.get(i));
        if (packing.first(i)) {
          fillPictures(packing.row(i, 0), sequences.get(i));
        }
      }
    }

    private void fillTokens(int index, TokenSequence sequence) {
      RotaryPositions rotary = RotaryPositions.of(sequence, config);
      for (int t = 0; t < Packing.fed(sequence); t++) {
        int row = packing.row(index, t);
        tokens[row] = checked(sequence.token(t), index, t);
        for (int axis = 0; axis < axes; axis++) {
          positions[axis * packing.rows() + row] = rotary.axes()[axis][t];
        }
      }
    }

    private void fillResponse(int index, TokenSequence sequence) {
      int prompt = sequence.promptTokens().length;
      for (int t = 0; t < sequence.responseTokens().length; t++, response++) {
        rows[response] = packing.row(index, prompt - 1 + t);
        targets[response] = checked(sequence.responseTokens()[t], index, prompt + t);
      }
    }

    private void fillPictures(int begin, TokenSequence sequence) {
      int row = begin;
      for (PreparedPicture picture : sequence.pictures()) {
        int merged = picture.mergedTokens(config.vision().orElseThrow().patches().mergeSize());
        Integer first = firstEmbedding.putIfAbsent(picture, embeddings);
        if (first == null) {
          first = embeddings;
          embeddings += merged;
          pictures.add(picture);
        }
        int image = config.imageTokens().orElseThrow().image();
        while (tokens[row] != image) {
          row++;
        }
        for (int i = 0; i < merged; i++) {
          embeddingRows[row++] = tokens.length + first + i;
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
      list.add(NativeArrays.longs(manager, tokens, tokens.length));
      list.add(NativeArrays.longs(manager, positions, axes, tokens.length));
      list.add(
          NativeArrays.longs(manager, packing.rowsByPlace(), sequences.size(), packing.width()));
      long[] attended = packing.placesByRow();
      list.add(NativeArrays.longs(manager, attended, attended.length));
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
