package io.sapo.policy.generation;

import io.sapo.policy.network.Prompt;
import io.sapo.policy.network.TokenSequence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Distinct prompts to be fed together and the slots that want them.
 *
 * @param sequences each prompt without its last token, which the decode loop feeds
 * @param slots slots to fill
 * @param source for each of those, which sequence it takes
 */
record Prompts(List<TokenSequence> sequences, long[] slots, long[] source) {
  /** Bounds the padded size of a batch, and with it the memory of one forward pass. */
  private static final int MAX_TOKENS = 8192;

  private record Wanted(TokenSequence sequence, List<Integer> slots) {}

  /** Batches of similar length that fill the given slots. One-token prompts need no filling. */
  static List<Prompts> batches(List<Integer> filled, SlotTable table) {
    Map<Prompt, Wanted> wanted = new LinkedHashMap<>();
    for (int slot : filled) {
      TokenSequence prompt = table.get(slot).request().prompt();
      if (prompt.length() > 1) {
        wanted
            .computeIfAbsent(
                Prompt.of(prompt), key -> new Wanted(allButLast(prompt), new ArrayList<>()))
            .slots()
            .add(slot);
      }
    }
    List<Wanted> byLength = new ArrayList<>(wanted.values());
    byLength.sort(Comparator.comparingInt(one -> one.sequence().length()));
    List<Prompts> batches = new ArrayList<>();
    int begin = 0;
    for (int end = 1; end <= byLength.size(); end++) {
      boolean full =
          end == byLength.size()
              || (long) (end + 1 - begin) * byLength.get(end).sequence().length() > MAX_TOKENS;
      if (full) {
        batches.add(of(byLength.subList(begin, end)));
        begin = end;
      }
    }
    return batches;
  }

  private static TokenSequence allButLast(TokenSequence prompt) {
    int[] tokens = prompt.promptTokens();
    return new TokenSequence(
        Arrays.copyOf(tokens, tokens.length - 1), prompt.pictures(), new int[0]);
  }

  private static Prompts of(List<Wanted> batch) {
    int count = batch.stream().mapToInt(one -> one.slots().size()).sum();
    long[] slots = new long[count];
    long[] source = new long[count];
    int next = 0;
    for (int row = 0; row < batch.size(); row++) {
      for (int slot : batch.get(row).slots()) {
        slots[next] = slot;
        source[next] = row;
        next++;
      }
    }
    return new Prompts(batch.stream().map(Wanted::sequence).toList(), slots, source);
  }
}
