package io.sapo.jinja;

/** What a name or attribute that is not there gives: prints as nothing, fails when used. */
record Undefined(JinjaException.Kind kind, String message) {

  static Undefined name(String name) {
    return new Undefined(JinjaException.Kind.VALUE, "'" + name + "' is undefined");
  }

  static Undefined of(String message) {
    return new Undefined(JinjaException.Kind.VALUE, message);
  }

  static Undefined attribute(Object owner, String name) {
    return of("'%s' has no attribute '%s'".formatted(described(owner), name));
  }

  static Undefined element(Object owner, Object key) {
    return key instanceof String name
        ? attribute(owner, name)
        : of(described(owner) + " has no element " + key);
  }

  static Undefined unsafe(Object owner, String name) {
    return new Undefined(
        JinjaException.Kind.FORBIDDEN,
        "access to attribute '%s' of '%s' object is unsafe."
            .formatted(name, Values.typeName(owner)));
  }

  private static String described(Object owner) {
    return owner == null ? "None" : Values.typeName(owner) + " object";
  }

  JinjaException failure() {
    return new JinjaException(kind, message);
  }
}
