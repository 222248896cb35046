package io.sapo.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What Jinja2 3.1.6 makes of small templates, as transformers 5.19 sets it up. */
class PublicLibraryTest {
  private static final LocalDateTime NOW = LocalDateTime.of(2026, 3, 5, 7, 8, 9);

  private static String render(String template) {
    Map<String, Object> names = new LinkedHashMap<>();
    names.put("nums", Arrays.asList(3, 1, 2, 10, 2));
    names.put("d", Map.of("_x", 9));
    names.put("rows", List.of(Map.of("g", "q", "n", "b"), Map.of("g", "p", "n", "c")));
    names.put("t", true);
    names.put("f", false);
    return JinjaTemplate.parse(template).render(names, () -> NOW);
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = " => ",
      quoteCharacter = '`',
      value = {
        // None in a namespace is None, not something undefined
        "{% set n = namespace(a=none) %}{{ n.a }}{{ n.a is none }}{{ n['a'] is none }} => NoneTrueTrue",
        "{% set n = namespace() %}{% set n.a = none %}{{ n.a }}{{ n.b is defined }} => NoneFalse",
        // a filter or test that does not exist matters where it is come to
        "{% if f %}{{ t|from_json }}{% endif %}ok => ok",
        "{% if f %}{% set x = t|from_json %}{% else %}b{% endif %} => b",
        "{{ 'a' if t else t|from_json }} => a",
        "{{ 'a' if f and t|from_json else 'b' }} => b",
        "{% if f %}{{ t is odd_one }}{% endif %}ok => ok",
        "{% if f %}{% include 'x' %}{% endif %}ok => ok",
        "{{ nope in {} }}{{ nope not in {'a': 1} }}{{ {}.get(nope) }} => FalseTrueNone",
        "{{ d._x }}{{ d['_x'] }}{{ d.__nope is defined }} => 99False",
        "{{ '{0.__class__}|{0[_x]}|{0.no}'.format(d) }} => |9|",
        "{{ dict.from_keys([('a', 1)]) }}{{ dict.fromkeys('ab', 0) }} => {'a': 1}{'a': 0, 'b': 0}",
        "{{ rows|sort(attribute='g,n')|map(attribute='n')|join }} => cb",
        "{% set g = nums|map('abs') %}{{ g|first }}{{ g|list }} => 3[1, 2, 10, 2]",
        "{% for x in nums %}{% set q %}{% if x == 1 %}{% break %}{% endif %}{% endset %}{{ x }}{% endfor %} => 3",
        "{% set q | upper %}a{% endset %}{{ q }}{% filter upper %}b{% endfilter %} => AB",
        "{% for i in [1] %}{% block b %}[{{ i }}]{% endblock %}{% block c scoped %}{{ i }}{% endblock %}{% endfor %} => []1",
        "{% block b %}x{% endblock %}{{ self.b() }}{{ self.b()|upper }}{{ self.c is defined }} => xxXFalse",
        "{% macro m(a, b=1) %}{{ kwargs }}{% endmacro %}{{ m.arguments }}{{ m.catch_kwargs }} => ('a', 'b')True",
        "{{ 'a\\r\\nb\\x0bc'|indent(1)|tojson }} => \"a\\n b\\n c\"",
        "{{ 'the quick-brown fox'|wordwrap(9)|tojson }} => \"the\\nquick-\\nbrown fox\"",
        "{{ 'abcdefgh ij'|wordwrap(4, wrapstring='|') }} => abcd|efgh|ij",
        "{{ 'abcdefgh ij'|wordwrap(4, false, '|') }} => abcdefgh|ij",
        "{{ '<b>x</b> <!-- <y> -->  &amp;lt;'|striptags }} => x &lt;",
        "{{ 'a b/c?é'|urlencode }}{{ {'a b': '/'}|urlencode }} => a%20b/c%3F%C3%A9a+b=%2F",
        "{{ {'class': 'x', 'id': none, 'n': '<'}|xmlattr|tojson }} => \" class=\\\"x\\\" n=\\\"&lt;\\\"\"",
        "{{ 1|filesizeformat }},{{ 1234567|filesizeformat }},{{ 1234567|filesizeformat(true) }} => 1 Byte,1.2 MB,1.2 MiB",
        "{{ 1.0 // 0.1 }} {{ -7.5 // 2 }} {{ 7 // 2.0 }} => 9.0 -4.0 3.0",
        "{{ range(10)[2:8:2] }}{{ range(3)[::-1] }} => range(2, 8, 2)range(2, -1, -1)",
        "{{ '\\N{BULLET}' }} => •",
        "{{ 'ß ﬁx'.title() }}{{ 'ǆ'.capitalize() }} => Ss Fixǅ",
        "{{ '²'.isdigit() }}{{ '²'.isdecimal() }}{{ '½'.isnumeric() }}{{ '五'.isnumeric() }} => TrueFalseTrueTrue",
        "{{ 'a1'.isidentifier() }}{{ '1a'.isidentifier() }}{{ 'a\\tb'.expandtabs(4) }} => TrueFalsea   b",
        "{{ strftime_now('%P %_d %0e %^a %#p %-H %g') }} => am  5 05 THU am 7 26",
      })
  void rendersAlike(String template, String expected) {
    assertThat(render(template)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{ t|from_json }}",
        "{% if f %}{% for x in nums %}{{ x|from_json }}{% endfor %}{% endif %}",
        "{% if f %}{% set a %}{{ t|from_json }}{% endset %}{% endif %}",
        "{{ t or t|from_json }}",
        "{% macro m() %}{{ 1|from_json }}{% endmacro %}",
        "{% if t %}{{ t|from_json }}{% endif %}",
        "{% include 'x' %}",
        "{{ nums is defined is true }}",
        "{{ t is true if t else f }}",
        "{{ 01 }}",
        "{{ 1__0 }}",
        "{% set none = 1 %}",
        "{{ nums|map('abs')|last }}",
        "{{ none|indent }}",
        "{{ 'abc'|truncate(2) }}",
        "{{ {}.get('a', default=1) }}",
        "{{ strftime_now() }}",
        "{{ 'a'|wordwrap(0) }}",
        "{{ '\\N{NO SUCH}' }}",
      })
  void isRefusedAlike(String template) {
    assertThatThrownBy(() -> render(template)).isInstanceOf(JinjaException.class);
  }
}
