package io.sapo.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sapo.jinja.JinjaException.Kind;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Well-formed templates that want time, memory, depth or a way out. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostileTemplateTest {
  private static final LocalDateTime NOW = LocalDateTime.of(2026, 1, 5, 9, 7, 3);

  private static String render(String template) {
    return JinjaTemplate.parse(template)
        .render(Map.of("messages", List.of(Map.of("role", "user", "content", "Hi"))), () -> NOW);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{% for i in range(10**9) %}x{% endfor %}",
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
        "{% macro again() %}{{ again() }}{% endmacro %}{{ again() }}",
        "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}",
        "{% set ns = namespace(t='ab') %}{% for i in range(99) %}{% set ns.t = ns.t + ns.t %}{%"
            + " endfor %}",
        "{% set ns = namespace(t='ab') %}{% for i in range(99) %}{% set ns.t = ns.t ~ ns.t %}{%"
            + " endfor %}",
        "{% set ns = namespace(l=[1]) %}{% for i in range(99) %}{% set ns.l = ns.l + ns.l %}{%"
            + " endfor %}",
        "{% set ns = namespace(l=[1]) %}{% for i in range(99) %}{% set ns.l = [ns.l, ns.l] %}{%"
            + " endfor %}{{ ns.l }}",
        "{% set ns = namespace(l=[1]) %}{% for i in range(99) %}{% set ns.l = [ns.l, ns.l] %}{%"
            + " endfor %}{{ ns.l | tojson }}",
        "{% set ns = namespace(l=[1], m=[1]) %}{% for i in range(99) %}{% set ns.l = [ns.l, ns.l]"
            + " %}{% set ns.m = [ns.m, ns.m] %}{% endfor %}{{ ns.l == ns.m }}",
        "{% set ns = namespace(l=[1]) %}{% for i in range(9999) %}{% set ns.l = [ns.l] %}{% endfor"
            + " %}{{ ns.l }}",
        "{{ 'x' * 10**9 }}",
        "{{ [0] * 10**9 }}",
        "{{ 10 ** 10000000 }}",
        "{{ 2 ** 8000 * 2 ** 8000 }}",
        "{{ 'x'.center(10**9) }}",
        "{{ 'x'.zfill(10**9) }}",
        "{{ 'x'.ljust(2000000000) }}",
        "{{ 'x' | indent(10**9) }}",
        "{{ 'a' | center(10**9) }}",
        "{{ '%999999999d' % 1 }}",
        "{{ '{:999999999}'.format(1) }}",
        "{{ ('x' * 9999).replace('', 'y' * 99999) }}",
        "{{ [1] | batch(10**9, 0) | list }}",
        "{{ [1] | slice(10**9) | list }}",
        "{% set s = 'a' * 4000000 %}{% for i in range(99999) %}{{ 'b' in s }}{% endfor %}",
        "{% set s = 'a' * 4000000 %}{% for i in range(99999) %}{% set x = s[i] %}{% endfor %}",
        "{% set s = 'a' * 4000000 %}{% for c in s %}{% endfor %}",
        "{% set s = 'a ' * 4000000 %}{{ s.split() | length }}",
        "{{ range(99999) | map('string') | map('center', 999) | join }}",
        "{{ ('a' * 1000000).count('a' * 500000 ~ 'b') }}",
        "{{ ('a' * 1000000).rfind('a' * 500000 ~ 'b') }}",
        "{{ ('a' * 1000000).rsplit('a' * 500000 ~ 'b') }}",
        "{{ ('a' * 1000000).replace('a' * 500000 ~ 'b', '') }}",
        "{{ ('a' * 1000000).partition('a' * 500000 ~ 'b') }}",
        "{{ ('a' * 500000 ~ 'b') in ('a' * 1000000) }}",
        "{{ ('a' * 1000000) | wordwrap(1) }}",
        "{{ ('a' * 15000000).title() }}"
      })
  void whatWantsTooMuchIsRefusedInOneSentence(String template) {
    assertThatThrownBy(() -> render(template))
        .isInstanceOfSatisfying(
            JinjaException.class, e -> assertThat(e.kind()).isEqualTo(Kind.LIMIT))
        .hasMessageContaining("the template")
        .message()
        .doesNotContain("\n")
        .hasSizeLessThan(200);
  }

  /** Some of these took minutes or the heap when their time went with the square of the length. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "('a ' * 400000).rsplit() -> length | 400000",
        "('a' * 1000000).strip('b' * 1000000 ~ 'a') -> length | 0",
        "('\u00df' * 500000).upper() -> length | 1000000",
        "('\u0130' * 500000).lower() -> length | 1000000",
        "('a' * 15000000) -> first | a",
        "('a' * 100000)[::2] -> length | 50000",
      })
  void longTextTakesTimeInProportion(String expression, String expected) {
    assertThat(render("{{ " + expression.replace("->", "|") + " }}")).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{ ''.__class__ }}{{ ''.__class__.__mro__ }}",
        "{{ messages.__class__.__base__ }}",
        "{{ messages[0]['__class__'].x }}",
        "{{ ''['__class__']['__mro__'] }}",
        "{{ messages | attr('__class__') | attr('x') }}",
        "{{ messages | map(attribute='__class__.x') | list }}",
        "{{ '{0.__class__.x}'.format(messages) }}",
        "{{ messages.getClass() }}",
        "{{ raise_exception.getClass().forName('java.lang.Runtime') }}",
        "{{ self.__init__ }}{{ self._x.y }}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{{ open('/etc/passwd').read() }}",
        "{% include '/etc/passwd' %}",
        "{% import 'x' as y %}",
        "{% from 'x' import y %}",
        "{% extends 'x' %}",
        "{{ lipsum.__globals__['os'] }}",
        "{{ messages.append(1) }}",
        "{{ messages[0].update({'role': 'system'}) }}",
        "{{ messages[0].pop('role') }}",
        "{% set messages.x = 1 %}"
      })
  void whatWantsOutIsRefused(String template) {
    assertThatThrownBy(() -> render(template)).isInstanceOf(JinjaException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{% do messages.append(1) %}",
        "{% for %}",
        "{{",
        "{% if true %}",
        "{{ 'x }}",
        "{# x",
        "{% raw %}",
        "{{ 1 + }}",
        "{{ (1 }}",
        "{% break %}"
      })
  void whatIsNoTemplateIsRefusedWithItsLine(String template) {
    assertThatThrownBy(() -> JinjaTemplate.parse("\n" + template))
        .isInstanceOfSatisfying(
            JinjaException.class, e -> assertThat(e.kind()).isEqualTo(Kind.SYNTAX))
        .hasMessageStartingWith("line 2: ");
  }

  @Test
  void deepNestingIsRefusedAndDoesNotOverflowTheStack() {
    for (String open : List.of("(", "[", "not ", "-", "1 if ", "x[", "{1:", "x|d(")) {
      assertThatThrownBy(() -> render("{{ " + open.repeat(100_000) + "1 }}"))
          .as(open)
          .isInstanceOf(JinjaException.class);
    }
    assertThatThrownBy(() -> render("{% if 1 %}".repeat(100_000)))
        .isInstanceOf(JinjaException.class);
    assertThatThrownBy(() -> render("{% if 1 %}" + "{% elif 1 %}".repeat(100_000) + "{% endif %}"))
        .isInstanceOf(JinjaException.class);
    for (String chain : List.of(" + 1", "|abs", ".x", " or 0", " if 0 else 0", "[0]", "(1)")) {
      assertThatThrownBy(() -> render("{{ 0" + chain.repeat(100_000) + " }}"))
          .as(chain)
          .isInstanceOf(JinjaException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{ 1DIGITS }}",
        "{{ 1_DIGITS }}",
        "{{ '1_DIGITS' | int }}",
        "{{ '{0.DIGITS}'.format(1) }}",
        "{% set n = namespace(x=[]) %}{% for i in range(99999) %}{% set n.x = [n.x] %}{% endfor %}{{ n.x }}",
        "{% set n = namespace(x=[]) %}{% for i in range(99999) %}{% set n.x = [n.x] %}{% endfor %}{{ n.x | tojson }}",
        "{% set n = namespace(x=[], y=[]) %}{% for i in range(99999) %}{% set n.x = [n.x] %}{% set n.y = [n.y] %}{% endfor %}{{ n.x == n.y }}",
        "{% set n = namespace(x=()) %}{% for i in range(99999) %}{% set n.x = (n.x,) %}{% endfor %}{{ {n.x: 1} }}",
        "{% macro m(i) %}{{ m(i + 1) }}{% endmacro %}{{ m(0) }}",
      })
  void whatGoesDeepIsRefusedOrDone(String template) {
    for (String digits : List.of("2", "2_", "2.")) {
      String text = template.replace("DIGITS", digits.repeat(100_000) + "2");
      try {
        render(text);
      } catch (JinjaException e) {
        assertThat(e.getMessage()).doesNotContain("\n").hasSizeLessThan(200);
      }
    }
  }

  @Test
  void theMessagesAreNotChanged() {
    assertThat(render("{% set m = messages + [1] %}{{ m | length }}{{ messages | length }}"))
        .isEqualTo("21");
  }
}
