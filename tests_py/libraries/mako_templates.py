"""Templates of Mako: compiled to Python modules, inheritance, definitions, filters, errors."""

import hashlib

from mako import exceptions
from mako.lookup import TemplateLookup
from mako.template import Template

lookup = TemplateLookup()
lookup.put_string("base.mako", """<html><head>${self.title()}</head>${next.body()}
<%def name="title()">base</%def><%block name="foot">foot ${year}</%block></html>""")
lookup.put_string("tools.mako", """<%def name="cell(x, width=3)"><td>${str(x).rjust(width) | h}</td></%def>
<%def name="wrap()"><div>${caller.body(n=3)}</div></%def>""")
lookup.put_string("page.mako", """<%inherit file="base.mako"/><%namespace name="tools" file="tools.mako"/>
<%! import math
def square(x):
    return x * x %>
<%def name="title()">${parent.title()} page ${len(rows)}</%def>
<% total = 0 %>
<table>
% for row in rows:
<tr class="${loop.cycle('odd', 'even')}">
  % for cell in row:
    <% total += cell %>
    ${tools.cell(cell)}${tools.cell('<' + str(square(cell)), width=6)}
  % endfor
  % if loop.last:
  <td>${math.floor(total / 2)}</td>
  % elif loop.index % 2:
  <td>odd</td>
  % else:
  <td>${capture(tools.cell, 'captured') | trim,u}</td>
  % endif
</tr>
% endfor
</table>
<%call expr="tools.wrap()" args="n">called ${n * len(rows)}</%call>
<%text>${not evaluated}</%text>
## comment
${"<escaped>" | h} ${undefined_name if 'undefined_name' in context.keys() else 'none'}
""")
for size in (0, 2, 15):
    page = lookup.get_template("page.mako").render(rows=[[i * j for i in range(size)] for j in range(size)], year=2021)
    print(size, len(page), hashlib.sha256(page.encode()).hexdigest())
    if size == 2:
        print(page)
plain = Template("% for i in range(n):\n${i}${',' if not loop.last else ''}\\\n% endfor\n% try:\n${1 // 0}\n% except ZeroDivisionError as e:\n${e}\n% endtry\n")
for n in range(20):
    print(plain.render(n=n).strip())
for wrong in "% if x:\n", "${1 +}", "<%def>", "</%def>", "% for x in y\n% endfor\n":
    try:
        Template(wrong)
    except (exceptions.MakoException, SyntaxError) as error:
        print(type(error).__name__, str(error).splitlines()[0])
try:
    Template("one\ntwo ${missing.attribute}\n").render()
except Exception:
    print(exceptions.text_error_template().render().splitlines()[-1])
