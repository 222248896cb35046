package io.sapo.policy.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Makes a small byte-level BPE {@code tokenizer.json} in Qwen's layout in which each given word is
 * one token and any other text still encodes, byte by byte.
 *
 * <p>Ids: bytes 0–255 are themselves, then {@link #SPECIAL_TOKENS} in order, then the words and
 * their prefixes. A word grows from the left, one byte a merge ("Ġ r", "Ġr e", "Ġre d"). Words that
 * start with a space come first in rank: a space occurs nowhere but at a word's start, so they
 * cannot be broken by each other's merges.
 */
public final class FixedWordTokenizer {
  public static final String END_OF_TEXT = "<|endoftext|>";
  public static final String TURN_END = "<|im_end|>";

  /** Named as in Qwen2.5-VL; ids start at 256 in this order. */
  public static final List<String> SPECIAL_TOKENS =
      List.of(
          END_OF_TEXT,
          "<|im_start|>",
          TURN_END,
          "<|vision_start|>",
          "<|vision_end|>",
          "<|vision_pad|>",
          "<|image_pad|>",
          "<|video_pad|>");

  /** Qwen2's: digits stand alone, a word takes the space before it along. */
  private static final String PRE_TOKENS =
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}"
          + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Map<String, Integer> vocabulary = new LinkedHashMap<>();
  private final List<String[]> merges = new ArrayList<>();

  private FixedWordTokenizer(List<String> words) {
    for (int value = 0; value < 256; value++) {
      vocabulary.put(String.valueOf(ByteAlphabet.symbol(value)), value);
    }
    SPECIAL_TOKENS.forEach(token -> vocabulary.put(token, vocabulary.size()));
    words.stream().filter(word -> word.startsWith(" ")).forEach(this::addWord);
    words.stream().filter(word -> !word.startsWith(" ")).forEach(this::addWord);
  }

  /**
   * The whole tokenizer.json.
   *
   * @param words each to be one token, usually with the space before it; the order decides ids
   * @throws IllegalArgumentException when a word would not come out as one token
   */
  public static String tokenizerJson(List<String> words) {
    FixedWordTokenizer built = new FixedWordTokenizer(words);
    for (String word : words) {
      List<String> pieces = built.apply(word);
      if (pieces.size() != 1) {
        throw new IllegalArgumentException(
            "'%s' cannot be one token: it splits into %s".formatted(word, pieces));
      }
    }
    return built.toJson();
  }

  /** A tokenizer_config.json to go with it. */
  public static String tokenizerConfigJson() {
    ObjectNode root = JSON.createObjectNode();
    root.put("tokenizer_class", "PreTrainedTokenizerFast");
    root.put("eos_token", TURN_END);
    root.put("pad_token", END_OF_TEXT);
    root.put("clean_up_tokenization_spaces", false);
    return root.toPrettyString() + "\n";
  }

  private void addWord(String word) {
    String symbols = ByteAlphabet.symbols(word.getBytes(StandardCharsets.UTF_8));
    for (int length = 2; length <= symbols.length(); length++) {
      String prefix = symbols.substring(0, length);
      if (!vocabulary.containsKey(prefix)) {
        vocabulary.put(prefix, vocabulary.size());
        merges.add(new String[] {symbols.substring(0, length - 1), prefix.substring(length - 1)});
      }
    }
  }

  /** Byte-pair encoding of one pre-token: the merge of lowest rank first. */
  private List<String> apply(String word) {
    List<String> pieces = new ArrayList<>();
    for (char symbol : ByteAlphabet.symbols(word.getBytes(StandardCharsets.UTF_8)).toCharArray()) {
      pieces.add(String.valueOf(symbol));
    }
    Set<List<String>> present = pairs(pieces);
    for (int rank = 0; rank < merges.size(); rank++) {
      List<String> merge = List.of(merges.get(rank));
      if (present.contains(merge)) {
        mergeAll(pieces, merge);
        present = pairs(pieces);
        rank = -1;
      }
    }
    return pieces;
  }

  private static Set<List<String>> pairs(List<String> pieces) {
    Set<List<String>> pairs = new LinkedHashSet<>();
    for (int i = 0; i + 1 < pieces.size(); i++) {
      pairs.add(List.of(pieces.get(i), pieces.get(i + 1)));
    }
    return pairs;
  }

  private static void mergeAll(List<String> pieces, List<String> merge) {
    for (int i = 0; i + 1 < pieces.size(); i++) {
      if (pieces.subList(i, i + 2).equals(merge)) {
        pieces.set(i, pieces.get(i) + pieces.remove(i + 1));
      }
    }
  }

  private String toJson() {
    ObjectNode root = JSON.createObjectNode();
    root.put("version", "1.0");
    root.putNull("truncation");
    root.putNull("padding");
    ArrayNode added = root.putArray("added_tokens");
    for (String token : SPECIAL_TOKENS) {
      ObjectNode node = added.addObject();
      node.put("id", vocabulary.get(token)).put("content", token);
      node.put("single_word", false).put("lstrip", false).put("rstrip", false);
      node.put("normalized", false).put("special", true);
    }
    root.putObject("normalizer").put("type", "NFC");
    ObjectNode preTokenizer = root.putObject("pre_tokenizer").put("type", "Sequence");
    ArrayNode steps = preTokenizer.putArray("pretokenizers");
    ObjectNode split = steps.addObject().put("type", "Split");
    split.putObject("pattern").put("Regex", PRE_TOKENS);
    split.put("behavior", "Isolated").put("invert", false);
    byteLevel(steps.addObject());
    byteLevel(root.putObject("post_processor"));
    byteLevel(root.putObject("decoder"));
    ObjectNode model = root.putObject("model").put("type", "BPE");
    model.putNull("dropout").putNull("unk_token");
    model.put("continuing_subword_prefix", "").put("end_of_word_suffix", "");
    model.put("fuse_unk", false).put("byte_fallback", false).put("ignore_merges", false);
    vocabulary.forEach(model.putObject("vocab")::put);
    ArrayNode mergeNodes = model.putArray("merges");
    merges.forEach(merge -> mergeNodes.addArray().add(merge[0]).add(merge[1]));
    return pretty(root);
  }

  private static void byteLevel(ObjectNode node) {
    node.put("type", "ByteLevel");
    node.put("add_prefix_space", false).put("trim_offsets", false).put("use_regex", false);
  }

  private static String pretty(ObjectNode root) {
    try {
      return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of plain values must be writable", e);
    }
  }
}
