package io.sapo.verifier.math;

import java.math.BigInteger;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Units of measurement and currency in base units. */
final class UnitTable {
  /** Name, base unit, factor as numerator/denominator, exponent of the base unit. */
  private static final String TABLE =
      """
      mm m 1/1000 1|cm m 1/100 1|dm m 1/10 1|cc m 1/1000000 3|m m 1 1|km m 1000 1|nm m 1/1000000000 1
      in m 254/10000 1|ft m 3048/10000 1|yd m 9144/10000 1|mi m 1609344/1000 1
      millimeter m 1/1000 1|centimeter m 1/100 1|meter m 1 1|kilometer m 1000 1
      millimetre m 1/1000 1|centimetre m 1/100 1|metre m 1 1|kilometre m 1000 1
      inch m 254/10000 1|foot m 3048/10000 1|feet m 3048/10000 1|yard m 9144/10000 1
      mile m 1609344/1000 1
      s s 1 1|sec s 1 1|second s 1 1|min s 60 1|minute s 60 1|h s 3600 1|hr s 3600 1|hour s 3600 1
      day s 86400 1|week s 604800 1|wk s 604800 1|month month 1 1|year month 12 1|yr month 12 1
      ms s 1/1000 1|millisecond s 1/1000 1|decade month 120 1|century month 1200 1
      mg g 1/1000 1|g g 1 1|kg g 1000 1|gram g 1 1|kilogram g 1000 1|milligram g 1/1000 1
      lb g 45359237/100000 1|lbs g 45359237/100000 1|pound g 45359237/100000 1
      oz g 45359237/1600000 1|ounce g 45359237/1600000 1|tonne g 1000000 1
      L m 1/1000 3|l m 1/1000 3|mL m 1/1000000 3|ml m 1/1000000 3|liter m 1/1000 3
      litre m 1/1000 3|milliliter m 1/1000000 3|millilitre m 1/1000000 3
      dollar dollar 1 1|cent dollar 1/100 1|usd dollar 1 1|euro euro 1 1|eur euro 1 1|rupee rupee 1 1|inr rupee 1 1|rs rupee 1 1|Rs rupee 1 1
      yen yen 1 1|celsius celsius 1 1|fahrenheit fahrenheit 1 1
      penny dollar 1/100 1|pennies dollar 1/100 1|dime dollar 1/10 1|nickel dollar 1/20 1
      J J 1 1|joule J 1 1|N N 1 1|newton N 1 1|W W 1 1|watt W 1 1|Hz Hz 1 1|hertz Hz 1 1
      V V 1 1|volt V 1 1|Pa Pa 1 1|pascal Pa 1 1|K K 1 1|kelvin K 1 1|mol mol 1 1|mole mol 1 1
      kJ J 1000 1|kW W 1000 1|kPa Pa 1000 1|A A 1 1|ampere A 1 1|amp A 1 1
      acre acre 1 1|hectare m 10000 2|gallon gallon 1 1|quart gallon 1/4 1|pint gallon 1/8 1
      Omega Omega 1 1|ohm Omega 1 1|\u00b5m m 1/1000000 1|\u00b5g g 1/1000000 1
      \u00b5s s 1/1000000 1|\u00b5L m 1/1000000000 3
      kilo g 1000 1|centigrade celsius 1 1|dL m 1/10000 3|dl m 1/10000 3|cL m 1/100000 3|cl m 1/100000 3
      F F 1 1|farad F 1 1|eV eV 1 1|cal cal 1 1|calorie cal 1 1|kcal cal 1000 1|atm atm 1 1
      grad grad 1 1|gradian grad 1 1|gon grad 1 1
      radian rad 1 1|radians rad 1 1|rad rad 1 1|bit bit 1 1|byte bit 8 1
      """;

  /** Other names of km/h, beside mph. */
  static final Set<String> KILOMETERS_PER_HOUR = Set.of("kmph", "kph", "kmh");

  private static final Map<Character, Rational> PREFIXES =
      Map.of(
          'T', Rational.of(10).pow(12),
          'G', Rational.of(10).pow(9),
          'M', Rational.of(10).pow(6),
          'k', Rational.of(10).pow(3),
          'm', Rational.of(10).pow(-3),
          '\u00b5', Rational.of(10).pow(-6),
          'n', Rational.of(10).pow(-9),
          'p', Rational.of(10).pow(-12));

  /** Of one dimension; pm is an hour's. */
  private static final Set<String> PREFIXABLE =
      Set.of("Hz", "W", "V", "A", "J", "N", "Pa", "Omega", "mol", "g", "s", "F", "eV");

  record Base(String name, Rational factor, int exponent) {}

  private static final Map<String, Base> KNOWN = table();

  private UnitTable() {}

  private static Map<String, Base> table() {
    Map<String, Base> table = new HashMap<>();
    for (String entry : TABLE.strip().split("[|\n]")) {
      String[] fields = entry.strip().split(" ");
      String[] parts = fields[2].split("/");
      Rational factor =
          Rational.of(
              new BigInteger(parts[0]),
              parts.length == 1 ? BigInteger.ONE : new BigInteger(parts[1]));
      table.put(fields[0], new Base(fields[1], factor, Integer.parseInt(fields[3])));
    }
    return Map.copyOf(table);
  }

  static Base of(String name) {
    return KNOWN.get(name);
  }

  static boolean isKnown(String word) {
    return base(word).isPresent()
        || word.equals("mph")
        || word.equals("sq")
        || word.equals("per")
        || KILOMETERS_PER_HOUR.contains(word);
  }

  static Optional<Base> base(String word) {
    String lower = word.toLowerCase(Locale.ROOT);
    Base exact = KNOWN.get(word);
    exact = exact == null ? prefixed(word) : exact;
    if (exact == null && word.length() > 2) {
      exact = KNOWN.get(lower);
    }
    if (exact == null && lower.length() > 2 && lower.endsWith("s")) {
      exact = KNOWN.get(lower.substring(0, lower.length() - 1));
      exact =
          exact == null && lower.endsWith("es")
              ? KNOWN.get(lower.substring(0, lower.length() - 2))
              : exact;
    }
    return Optional.ofNullable(exact);
  }

  /** MHz, mA, kOmega; null where it is none. */
  private static Base prefixed(String word) {
    Rational factor = word.length() < 2 ? null : PREFIXES.get(word.charAt(0));
    String unit = word.substring(Math.min(1, word.length()));
    if (factor == null || !PREFIXABLE.contains(unit)) {
      return null;
    }
    Base base = KNOWN.get(unit);
    return new Base(base.name(), base.factor().times(factor), base.exponent());
  }
}
