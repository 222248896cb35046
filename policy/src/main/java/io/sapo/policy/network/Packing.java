package io.sapo.policy.network;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Where the tokens of sequences stand among those that are fed to the network: each distinct prompt
 * once, behind the response before it, then its first response; no padding. The last response token
 * is predicted but not fed.
 *
 * <p>Attention alone sees whole sequences, side by side and padded to the longest: its places.
 */
public final class Packing {
  private final List<TokenSequence> sequences;
  private final int[] promptBegin;
  private final boolean[] first;
  private final int[] responseBegin;
  private final int rows;
  private final int width;

  private Packing(
      List<TokenSequence> sequences,
      int[] promptBegin,
      boolean[] first,
      int[] responseBegin,
      int rows,
      int width) {
    this.sequences = sequences;
    this.promptBegin = promptBegin;
    this.first = first;
    this.responseBegin = responseBegin;
    this.rows = rows;
    this.width = width;
  }

  public static Packing of(List<TokenSequence> sequences) {
    int[] promptBegin = new int[sequences.size()];
    boolean[] first = new boolean[sequences.size()];
    int[] responseBegin = new int[sequences.size()];
    Map<Prompt, Integer> known = new HashMap<>();
    int rows = 0;
    int width = 0;
    for (int i = 0; i < sequences.size(); i++) {
      TokenSequence sequence = sequences.get(i);
      Integer begin = known.putIfAbsent(Prompt.of(sequence), rows);
      first[i] = begin == null;
      promptBegin[i] = first[i] ? rows : begin;
      rows += first[i] ? sequence.promptTokens().length : 0;
      responseBegin[i] = rows;
      rows += fedResponse(sequence);
      width = Math.max(width, fed(sequence));
    }
    return new Packing(sequences, promptBegin, first, responseBegin, rows, width);
  }

  /** Tokens of a sequence that are fed to the network. */
  static int fed(TokenSequence sequence) {
    return sequence.promptTokens().length + fedResponse(sequence);
  }

  private static int fedResponse(TokenSequence sequence) {
    return Math.max(0, sequence.responseTokens().length - 1);
  }

  /** Fed tokens. */
  public int rows() {
    return rows;
  }

  /** Places of attention: sequences times the longest. */
  public int places() {
    return sequences.size() * width;
  }

  /** Whether every fed token has one place, in order, and no place is empty. */
  public boolean inPlace() {
    return rows == places();
  }

  int width() {
    return width;
  }

  /** The row of a sequence's fed token, counted from its prompt's first. */
  int row(int sequence, int token) {
    int prompt = sequences.get(sequence).promptTokens().length;
    return token < prompt
        ? promptBegin[sequence] + token
        : responseBegin[sequence] + token - prompt;
  }

  /** Whether the sequence is the first of its prompt. */
  boolean first(int sequence) {
    return first[sequence];
  }

  /** By place: a fed token, any where there is none. */
  long[] rowsByPlace() {
    long[] found = new long[places()];
    for (int i = 0; i < sequences.size(); i++) {
      int begin = i * width;
      int fed = fed(sequences.get(i));
      for (int t = 0; t < fed; t++) {
        found[begin + t] = row(i, t);
      }
      Arrays.fill(found, begin + fed, begin + width, row(i, 0));
    }
    return found;
  }

  /** By fed token: a place of it. Empty where all stand {@link #inPlace}. */
  long[] placesByRow() {
    if (inPlace()) {
      return new long[0];
    }
    long[] found = new long[rows];
    for (int i = 0; i < sequences.size(); i++) {
      int fed = fed(sequences.get(i));
      for (int t = first[i] ? 0 : sequences.get(i).promptTokens().length; t < fed; t++) {
        found[row(i, t)] = (long) i * width + t;
      }
    }
    return found;
  }
}
