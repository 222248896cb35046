package io.sapo.schemas;

import org.apache.avro.Conversion;
import org.apache.avro.util.ClassSecurityValidator;

/**
 * Lets Avro make the records of this package, which it refuses to make until they are trusted. It
 * converts nothing: Avro looks conversions up as services before it touches the first record, which
 * is the one moment that comes early enough however a program begins.
 */
public final class TrustedRecords extends Conversion<TrustedRecords> {
  static {
    String own = TrustedRecords.class.getPackageName();
    ClassSecurityValidator.setGlobal(
        ClassSecurityValidator.composite(
            ClassSecurityValidator.getGlobal(), type -> type.getPackageName().equals(own)));
  }

  @Override
  public Class<TrustedRecords> getConvertedType() {
    return TrustedRecords.class;
  }

  @Override
  public String getLogicalTypeName() {
    return "sapo-trusted-records";
  }
}
