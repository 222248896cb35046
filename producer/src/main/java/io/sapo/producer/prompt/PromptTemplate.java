package io.sapo.producer.prompt;

/** What stands around a task's pictures and text. */
public enum PromptTemplate {
  /** Pictures, text, newline. */
  PLAIN("", "\n"),

  /** Qwen's chat format with its default system message. */
  CHATML(
      """
      <|im_start|>system
      You are a helpful assistant.<|im_end|>
      <|im_start|>user
      """,
      """
      <|im_end|>
      <|im_start|>assistant
      """);

  private final String before;
  private final String after;

  PromptTemplate(String before, String after) {
    this.before = before;
    this.after = after;
  }

  String before() {
    return before;
  }

  String after() {
    return after;
  }
}
