package io.sapo.policy.text;

/**
 * A token that is looked for in a text before the tokenizer's model sees it.
 *
 * @param special whether it is no part of a text
 * @param singleWord whether it is found between other than word characters only
 * @param stripLeft whether it swallows the white space before it
 * @param stripRight whether it swallows the white space behind it
 * @param normalised whether it is looked for in normalised text
 */
public record AddedToken(
    int id,
    String content,
    boolean special,
    boolean singleWord,
    boolean stripLeft,
    boolean stripRight,
    boolean normalised) {}
