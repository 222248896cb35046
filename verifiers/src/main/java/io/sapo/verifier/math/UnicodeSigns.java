package io.sapo.verifier.math;

import java.text.Normalizer;
import java.util.HashMap;
import java.util.Map;

/** Unicode's signs of mathematics in LaTeX's writing. */
final class UnicodeSigns {
  private static final Map<Character, String> UNICODE = new HashMap<>();

  static {
    String[] pairs = {
      "\u2212-",
      "\u2013-",
      "\u2014-",
      "\u2010-",
      "\u2011-",
      "\u2012-",
      "\ufe63-",
      "\u00d7*",
      "\u00b7*",
      "\u22c5*",
      "\u2219*",
      "\u2217*",
      "\u2022*",
      "\u00f7/",
      "\u2044/",
      "\u2215/",
      "\u2264<=",
      "\u2265>=",
      "\u2a7d<=",
      "\u2a7e>=",
      "\u2260!=",
      "\u2243\u2248",
      "\u00a2\\text{ cent}",
      "\u2032'",
      "\u2019'",
      "\u2223|",
      "\u2228\\lor ",
      "\u2227\\land ",
      "\u221a\\sqrt ",
      "\u221b\\sqrt[3]",
      "\u211d\\mathbb{R}",
      "\u2124\\mathbb{Z}",
      "\u2115\\mathbb{N}",
      "\u211a\\mathbb{Q}",
      "\u2102\\mathbb{C}",
      "\u00bd\\frac{1}{2}",
      "\u00bc\\frac{1}{4}",
      "\u00be\\frac{3}{4}",
      "\u2153\\frac{1}{3}",
      "\u2154\\frac{2}{3}",
      "\u2155\\frac{1}{5}",
      "\u2156\\frac{2}{5}",
      "\u2157\\frac{3}{5}",
      "\u2158\\frac{4}{5}",
      "\u2159\\frac{1}{6}",
      "\u215a\\frac{5}{6}",
      "\u215b\\frac{1}{8}",
      "\u215c\\frac{3}{8}",
      "\u215d\\frac{5}{8}",
      "\u215e\\frac{7}{8}",
      "\u2150\\frac{1}{7}",
      "\u2151\\frac{1}{9}",
      "\u00f8\\emptyset ",
      "\u00ba\u00b0",
      "\u02da\u00b0",
      "\u2329\u27e8",
      "\u232a\u27e9",
      "\u2061",
      "\u200b",
      "\u200c",
      "\u200d",
      "\u200e",
      "\u200f",
      "\u2060",
      "\u2063",
      "\u2064",
      "\ufe0e",
      "\ufe0f",
      "\ufeff",
      "\u2062",
      "\u00ad",
      "\u03c0\\pi ",
      "\u03b8\\theta ",
      "\u03b1\\alpha ",
      "\u03b2\\beta ",
      "\u03b3\\gamma ",
      "\u03b4\\delta ",
      "\u03b5\\epsilon ",
      "\u03bb\\lambda ",
      "\u03bc\\mu ",
      "\u00b5\\mu ",
      "\u03c1\\rho ",
      "\u03c3\\sigma ",
      "\u03c4\\tau ",
      "\u03c6\\phi ",
      "\u03d5\\phi ",
      "\u03c7\\chi ",
      "\u03c8\\psi ",
      "\u03c9\\omega ",
      "\u0393\\Gamma ",
      "\u0394\\Delta ",
      "\u03a9\\Omega ",
      "\u2126\\Omega ",
      "\u2220\\angle ",
      "\u25b3\\triangle "
    };
    for (String pair : pairs) {
      UNICODE.put(pair.charAt(0), pair.substring(1));
    }
  }

  private static final String SUPERSCRIPTS =
      "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079\u207b\u207a\u207f";
  private static final String SUPERSCRIPTED = "0123456789-+n";
  private static final String SUBSCRIPTS =
      "\u2080\u2081\u2082\u2083\u2084\u2085\u2086\u2087\u2088\u2089";

  /** The block of mathematical letters and digits. */
  private static final int FIRST_STYLED = 0x1D400;

  private static final int LAST_STYLED = 0x1D7FF;

  private UnicodeSigns() {}

  /** Unicode's signs as LaTeX writes them; raised and lowered digits as powers and indices. */
  static String ascii(String text) {
    if (text.chars().allMatch(c -> c < 128)) {
      return text;
    }
    StringBuilder ascii = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      int end = runEnd(text, i, SUPERSCRIPTS);
      int lowEnd = runEnd(text, i, SUBSCRIPTS);
      if (end > i) {
        ascii.append("^{").append(translated(text, i, end, SUPERSCRIPTS)).append('}');
        i = end - 1;
      } else if (lowEnd > i) {
        ascii.append("_{").append(translated(text, i, lowEnd, SUBSCRIPTS)).append('}');
        i = lowEnd - 1;
      } else if (isStyled(text, i)) {
        ascii.append(ascii(Normalizer.normalize(text.substring(i, i + 2), Normalizer.Form.NFKC)));
        i++;
      } else if (c >= '\uff01' && c <= '\uff5e') {
        ascii.append((char) (c - '\uff01' + '!'));
      } else {
        ascii.append(UNICODE.getOrDefault(c, String.valueOf(c)));
      }
    }
    return ascii.toString();
  }

  /** Whether a bold, italic or double-struck letter or digit of mathematics stands there. */
  private static boolean isStyled(String text, int at) {
    int point = text.codePointAt(at);
    return point >= FIRST_STYLED && point <= LAST_STYLED;
  }

  private static int runEnd(String text, int start, String alphabet) {
    int end = start;
    while (end < text.length() && alphabet.indexOf(text.charAt(end)) >= 0) {
      end++;
    }
    return end;
  }

  private static String translated(String text, int start, int end, String alphabet) {
    StringBuilder plain = new StringBuilder();
    for (int i = start; i < end; i++) {
      plain.append(SUPERSCRIPTED.charAt(alphabet.indexOf(text.charAt(i))));
    }
    return plain.toString();
  }
}
