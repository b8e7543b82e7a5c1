"""Templates of Django: inheritance, loops, filters, escaping, own tags, errors."""

import datetime
import hashlib

import django
from django import template
from django.conf import settings

TEMPLATES = {
    "base.html": """<html><head><title>{% block title %}base{% endblock %}</title></head>
<body>{% block body %}{% endblock %}{% include "foot.html" with year=day.year only %}</body></html>""",
    "foot.html": "<p>{{ year }}{% if year > 2000 %} modern{% else %} old{% endif %}</p>",
    "table.html": """{% extends "base.html" %}{% block title %}{{ block.super }}/{{ title|title }}{% endblock %}
{% block body %}<table>{% for row in rows %}<tr class="{% cycle 'odd' 'even' %}">{% for cell in row %}
<td>{{ forloop.parentloop.counter }}.{{ forloop.counter0 }} {{ cell }}</td>{% empty %}<td>none</td>{% endfor %}</tr>
{% ifchanged row.0 %}<!-- {{ row.0|default:"zero" }} -->{% endifchanged %}{% endfor %}</table>{% endblock %}""",
    "filters.html": """{% autoescape on %}{{ text|upper|truncatewords:3 }} {{ markup }} {{ markup|safe }} {{ items|join:", " }} {{ items|length }}
{{ number|floatformat:2 }} {{ number|add:4 }} {{ day|date:"Y-m-d" }} {{ missing|default_if_none:"none" }} {{ missing.deeper }}
{{ items|slice:"1:3" }} {{ text|slugify }} {{ text|wordcount }} {{ items|dictsort:"0"|first }} {% regroup people by group as groups %}
{% for g in groups %}{{ g.grouper }}: {% for p in g.list %}{{ p.name|escapejs }}{% if not forloop.last %}; {% endif %}{% endfor %}
{% endfor %}{% with a=number b=text %}{% firstof missing b %} {{ a|stringformat:"05.1f" }}{% endwith %}{% endautoescape %}
{% spaceless %} <p> <b> {% filter lower %}LOUD {{ text }}{% endfilter %} </b> </p> {% endspaceless %}""",
}

settings.configure(
    TEMPLATES=[{
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {"loaders": [("django.template.loaders.locmem.Loader", TEMPLATES)]},
    }],
    USE_TZ=False,
)
django.setup()


class Person:
    def __init__(self, name, group):
        self.name, self.group = name, group


day = datetime.date(2021, 3, 4)
engine = template.engines["django"] if hasattr(template, "engines") else django.template.engines["django"]
for size in (0, 3, 40):
    page = engine.get_template("table.html").render({"title": "some numbers", "day": day, "rows": [[i * j for i in range(size)] for j in range(size)]})
    print(size, len(page), hashlib.sha256(page.encode()).hexdigest())
for n in range(30):
    page = engine.get_template("filters.html").render({
        "text": f"Some words <here> & there {n}", "markup": "<b>&amp;</b>", "items": [("b", 2), ("a", n)], "number": 2.71828 * n, "day": day,
        "people": [Person(f"p'{i}", i // 3) for i in range(n)],
    })
    if n % 10 == 9:
        print(page)
    print(hashlib.sha256(page.encode()).hexdigest())
for wrong in "{% if %}{% endif %}", "{% for x in %}", "{{ a|nofilter }}", "{% block a %}{% block a %}", "{% unknown %}", "{{ a b }}":
    try:
        engine.from_string(wrong)
    except template.TemplateSyntaxError as error:
        print(type(error).__name__, error)
