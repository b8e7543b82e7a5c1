"""Documents of docutils: reStructuredText to HTML, LaTeX, XML and the tree, with errors."""

import hashlib

from docutils.core import publish_doctree, publish_string

DOCUMENT = """\
====
Title
====

:Author: Somebody
:Date: 2021-03-04

.. contents::

First
=====

A paragraph with *emphasis*, **strong**, ``literal``, `a link`_, a footnote [1]_, and |sub|.

.. _a link: http://example.org/
.. [1] The footnote.
.. |sub| replace:: a substitution

* a list
* of things

  1. nested
  2. numbers

     - deeper

term : classifier
    definition

===== =====
A     B
===== =====
1     2
3     *4*
===== =====

+-----+-----+
| a   | b   |
+-----+ c   |
| d   |     |
+-----+-----+

.. note:: An admonition
   with lines.

.. code:: text

   some code here

.. math:: a^2 + b^2 = c^2

Second
------

A line block:

| one
|   two

    A quote.

    -- Somebody

.. image:: picture.png
   :alt: picture

An unknown target_ and a *wrong start, `broken

.. unknowndirective:: x
"""

settings = {"report_level": 2, "warning_stream": False, "halt_level": 5, "datestamp": None, "generator": None, "source_url": None,
            "embed_stylesheet": False, "syntax_highlight": "none"}
for repeat in range(3):
    text = DOCUMENT + "\n".join(f"\nSection {i}\n=========\n\nText {i} with `ref {i}`__.\n\n__ http://example.org/{i}\n" for i in range(repeat * 10))
    for writer in "html5", "latex", "pseudoxml", "xml":
        made = publish_string(text, writer=writer, settings_overrides={**settings, "output_encoding": "unicode"})
        print(writer, len(made), hashlib.sha256(made.encode()).hexdigest())
        if repeat == 0 and writer == "pseudoxml":
            print(made)
tree = publish_doctree(DOCUMENT, settings_overrides=settings)
print(sorted({type(node).__name__ for node in tree.findall()}))
