package io.sapo.verifier.math;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** What LaTeX and Unicode call the things of mathematics. */
final class Symbols {
  static final Set<String> SPACES =
      Set.of(
          ",",
          ";",
          ":",
          "!",
          " ",
          ">",
          "\n",
          "quad",
          "qquad",
          "enspace",
          "thinspace",
          "hfill",
          "newline");

  /** Those that say how wide they are. */
  static final Set<String> SPACES_OF_LENGTH =
      Set.of("hspace", "vspace", "hspace*", "vspace*", "mspace", "rule");

  static final Set<String> DECORATIONS =
      Set.of(
          "middle",
          "big",
          "Big",
          "bigg",
          "Bigg",
          "bigl",
          "bigr",
          "Bigl",
          "Bigr",
          "biggl",
          "biggr",
          "displaystyle",
          "textstyle",
          "scriptstyle",
          "limits",
          "nolimits",
          "mathstrut",
          "strut",
          "$",
          "(",
          ")",
          "[",
          "]",
          "boxed",
          "fbox",
          "framebox",
          "underline",
          "mathord",
          "mathopen",
          "mathclose",
          "large",
          "Large",
          "bf",
          "rm",
          "it",
          "/",
          "-",
          "therefore",
          "pounds",
          "euro",
          "yen",
          "textsterling",
          "texteuro",
          "textyen",
          "textdollar",
          "huge",
          "Huge",
          "LARGE",
          "small",
          "normalsize",
          "footnotesize",
          "scriptsize",
          "tiny",
          "mathop",
          "mathbin",
          "mathrel",
          "mathinner",
          "smash",
          "ensuremath",
          "checkmark",
          "blacksquare",
          "underbrace",
          "overbrace");

  static final Set<String> TEXTS =
      Set.of(
          "text",
          "textbf",
          "textit",
          "textrm",
          "textsf",
          "texttt",
          "textnormal",
          "textup",
          "mbox",
          "hbox",
          "mathrm",
          "mathit",
          "mathsf",
          "mathtt",
          "operatorname",
          "operatorname*",
          "emph",
          "mathnormal",
          "boldsymbol",
          "bm",
          "textsc");

  /** Other names of commands. */
  static final Map<String, String> COMMANDS =
      Map.ofEntries(
          Map.entry("dfrac", "frac"),
          Map.entry("tfrac", "frac"),
          Map.entry("cfrac", "frac"),
          Map.entry("sfrac", "frac"),
          Map.entry("nicefrac", "frac"),
          Map.entry("dbinom", "binom"),
          Map.entry("tbinom", "binom"),
          Map.entry("surd", "sqrt"),
          Map.entry("measuredangle", "angle"),
          Map.entry("sphericalangle", "angle"));

  static final Set<String> GREEK =
      Set.of(
          "alpha",
          "beta",
          "gamma",
          "delta",
          "epsilon",
          "varepsilon",
          "zeta",
          "eta",
          "theta",
          "vartheta",
          "iota",
          "kappa",
          "lambda",
          "mu",
          "nu",
          "xi",
          "pi",
          "rho",
          "sigma",
          "tau",
          "upsilon",
          "phi",
          "varphi",
          "chi",
          "psi",
          "omega",
          "Gamma",
          "Delta",
          "Theta",
          "Lambda",
          "Xi",
          "Pi",
          "Sigma",
          "Phi",
          "Psi",
          "Omega",
          "ell",
          "varpi");

  static final Map<String, String> SIGNS =
      Map.ofEntries(
          Map.entry("{", "\\{"),
          Map.entry("}", "\\}"),
          Map.entry("lbrace", "\\{"),
          Map.entry("rbrace", "\\}"),
          Map.entry("lbrack", "["),
          Map.entry("rbrack", "]"),
          Map.entry("lparen", "("),
          Map.entry("rparen", ")"),
          Map.entry("langle", "\u27e8"),
          Map.entry("rangle", "\u27e9"),
          Map.entry("lvert", "|"),
          Map.entry("rvert", "|"),
          Map.entry("vert", "|"),
          Map.entry("|", "|"),
          Map.entry("lVert", "|"),
          Map.entry("rVert", "|"),
          Map.entry("mid", "mid"),
          Map.entry("colon", ":"),
          Map.entry("lfloor", "\u230a"),
          Map.entry("rfloor", "\u230b"),
          Map.entry("lceil", "\u2308"),
          Map.entry("rceil", "\u2309"),
          Map.entry("cdot", "*"),
          Map.entry("times", "*"),
          Map.entry("ast", "*"),
          Map.entry("div", "/"),
          Map.entry("pm", "\u00b1"),
          Map.entry("mp", "\u2213"),
          Map.entry("le", "<="),
          Map.entry("leq", "<="),
          Map.entry("leqslant", "<="),
          Map.entry("ge", ">="),
          Map.entry("geq", ">="),
          Map.entry("geqslant", ">="),
          Map.entry("lt", "<"),
          Map.entry("gt", ">"),
          Map.entry("ne", "!="),
          Map.entry("neq", "!="),
          Map.entry("approx", "\u2248"),
          Map.entry("simeq", "\u2248"),
          Map.entry("sim", "\u2248"),
          Map.entry("in", "\u2208"),
          Map.entry("notin", "\u2209"),
          Map.entry("cup", "\u222a"),
          Map.entry("bigcup", "\u222a"),
          Map.entry("cap", "\u2229"),
          Map.entry("setminus", "\u2216"),
          Map.entry("backslash", "\u2216"),
          Map.entry("infty", "\u221e"),
          Map.entry("emptyset", "\u2205"),
          Map.entry("varnothing", "\u2205"),
          Map.entry("circ", "\u00b0"),
          Map.entry("degree", "\u00b0"),
          Map.entry("textdegree", "\u00b0"),
          Map.entry("%", "%"),
          Map.entry("_", "_"),
          Map.entry("&", "&"),
          Map.entry("#", "#"),
          Map.entry("\\", "\\\\"),
          Map.entry("cr", "\\\\"),
          Map.entry("prime", "'"),
          Map.entry("lor", "or"),
          Map.entry("vee", "or"),
          Map.entry("ldots", "\u2026"),
          Map.entry("dots", "\u2026"),
          Map.entry("cdots", "\u2026"),
          Map.entry("dotsc", "\u2026"),
          Map.entry("dotsb", "\u2026"),
          Map.entry("hdots", "\u2026"),
          Map.entry("land", "and"),
          Map.entry("wedge", "and"));

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

  private Symbols() {}

  static String plainGreek(String name) {
    return name.startsWith("var") && !name.equals("varpi") ? name.substring(3) : name;
  }

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
      } else if (c >= '\uff01' && c <= '\uff5e') {
        ascii.append((char) (c - '\uff01' + '!'));
      } else {
        ascii.append(UNICODE.getOrDefault(c, String.valueOf(c)));
      }
    }
    return ascii.toString();
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
