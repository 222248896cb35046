package io.sapo.admin.http;

import io.sapo.admin.config.Listen;
import io.sapo.admin.config.Token;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import org.apache.commons.codec.digest.DigestUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which rights a token gives. Tokens are kept as hashes and compared in constant time, so that the
 * time tells neither content nor length. {@link #refresh} on any thread, the rest on the event
 * loop.
 */
final class Tokens {
  private static final Logger LOG = LoggerFactory.getLogger(Tokens.class);

  /** What a bearer may do. */
  enum Right {
    NOTHING,
    READ,
    CONTROL
  }

  private record Hashes(Optional<byte[]> control, Optional<byte[]> read) {}

  private final Listen listen;
  private volatile Hashes hashes = new Hashes(Optional.empty(), Optional.empty());
  private String fault = "";

  Tokens(Listen listen) {
    this.listen = listen;
    refresh();
  }

  /** Takes up what is in the tokens' files now. One that cannot be a token leaves the last one. */
  synchronized void refresh() {
    try {
      hashes = new Hashes(hash(listen.token()), hash(listen.readToken()));
      fault = "";
    } catch (IOException e) {
      if (!fault.equals(e.getMessage())) {
        fault = e.getMessage();
        LOG.error("the admin tokens stay as they were: {}", fault);
      }
    }
  }

  private static Optional<byte[]> hash(Token token) throws IOException {
    Optional<String> text = token.read();
    if (text.isPresent() && Token.fault(text.get()).isPresent()) {
      throw new IOException(
          token.file().map(Object::toString).orElse("a token") + Token.fault(text.get()).get());
    }
    return text.map(Tokens::hash);
  }

  boolean controlIsOn() {
    return listen.token().isSet();
  }

  boolean any() {
    return listen.token().isSet() || listen.readToken().isSet();
  }

  /** Whether somebody has said that reads are not for everybody, on this machine neither. */
  boolean readsNeedOne() {
    return listen.readToken().isSet();
  }

  Right right(String given) {
    byte[] hash = hash(given);
    Hashes now = hashes;
    boolean control = now.control().isPresent() && MessageDigest.isEqual(now.control().get(), hash);
    boolean read = now.read().isPresent() && MessageDigest.isEqual(now.read().get(), hash);
    return control ? Right.CONTROL : read ? Right.READ : Right.NOTHING;
  }

  private static byte[] hash(String token) {
    return DigestUtils.sha256(token.getBytes(StandardCharsets.UTF_8));
  }
}
