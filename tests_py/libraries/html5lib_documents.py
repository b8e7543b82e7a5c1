"""html5lib: documents well and badly formed, parsed and written again."""

import hashlib

import html5lib
from html5lib import serializer, treebuilders, treewalkers

PARTS = [
    "<!DOCTYPE html><html><head><title>x</title></head><body><p>one<p>two</body></html>",
    "<table><tr><td>a<td>b<tr><th>c</table>outside<table><p>foster</p></table>",
    "<b><i>cross</b>ed</i><a href=x>1<a href=y>2</a>",
    "<ul><li>a<li>b<ul><li>c</ul><li>d</ul><dl><dt>x<dd>y</dl>",
    "<select><option>a<option selected>b<optgroup label=g><option>c</select>",
    "&amp; &lt &notin; &notit; &#65; &#x1F600; &#128; &bogus;",
    "<svg viewBox='0 0 1 1'><path d='M0'/><foreignObject><p>x</foreignObject></svg><math><mi>x</mi></math>",
    "<script>if (a < b) { x = '</p>' }</script><style>p > a {}</style><textarea>\n<b></textarea>",
    "<form><input disabled value=\"a'b\"><button>x<form>y</form>", "<!-- comment --!><!doctype x><?php echo ?>", "\x00\x0b<p\x00>a</ p><br/></br>",
    "<frameset><frame></frameset>", "<template><td>x</template><details open><summary>s</details>",
]

for name in "etree", "dom":
    for n in range(len(PARTS) + 3):
        text = PARTS[n] if n < len(PARTS) else "".join(PARTS) * (n - len(PARTS) + 1)
        parser = html5lib.HTMLParser(tree=treebuilders.getTreeBuilder(name))
        document = parser.parse(text)
        errors = [code for _, code, _ in parser.errors]
        written = "".join(serializer.HTMLSerializer(omit_optional_tags=bool(n & 1), quote_attr_values="always").serialize(treewalkers.getTreeWalker(name)(document)))
        print(name, n, len(errors), len(written), hashlib.sha256((written + "".join(errors)).encode()).hexdigest())
        if name == "etree" and n < len(PARTS):
            print(written, errors[:5])
fragment = html5lib.parseFragment("<td>a<td>b", container="tr")
print("".join(serializer.HTMLSerializer().serialize(treewalkers.getTreeWalker("etree")(fragment))))
