# The book as a static site: `./dev docs` runs Sphinx with this file. Pages are MyST Markdown, the look is Furo's
# (light and dark, search, phone width).
from pygments.lexer import RegexLexer, words
from pygments.lexers.special import TextLexer
from pygments.token import Comment, Keyword, Name, Number, Operator, Punctuation, String, Text

project = "The Gene book"
author = "the Gene developers"
extensions = ["myst_parser"]
html_theme = "furo"
html_title = "The Gene book"
html_show_sphinx = False
html_show_copyright = False
html_show_sourcelink = False
myst_heading_anchors = 3
exclude_patterns = ["_build"]
SPECIAL_FORMS = (
    "var let if elif else then ifel if_not case when do while loop for in repeat break continue return fn class ctor "
    "method field interface implement enum type object new super self ns import export from try catch finally throw "
    "yield async await comptime typeof is not match on_method_missing"
).split()


class GeneLexer(RegexLexer):
    """Colours for Gene. Fences may say more than the language (`gene file=x`); the first word decides."""

    name, aliases, filenames = "Gene", ["gene"], ["*.gene"]
    tokens = {
        "root": [
            (r"#\|(.|\n)*?\|#", Comment.Multiline),
            (r"#([ !].*)?$", Comment.Single),
            (r'#?"""(.|\n)*?"""', String),
            (r'#?"(\\.|[^"\\])*"', String),
            (r"#/(\\.|[^/\\\n])+/[im]*", String.Regex),
            (r"'(\\.|[^'\\])'", String.Char),
            (r"\^\^?!?[^\s()\[\]{}\"]+", Name.Attribute),
            (r"-?\d+(\.\d+)?(e[+-]?\d+)?(?![^\s()\[\]{}])", Number),
            (words(SPECIAL_FORMS, prefix=r"(?<=[\s(])", suffix=r"(?=[\s)])"), Keyword),
            (words(("true", "false", "nil", "void", "not_found"), suffix=r"(?=[\s()\[\]{}])"), Keyword.Constant),
            (r"\$[^\s()\[\]{}\"]+", Name.Builtin),
            (r"[()\[\]{};]", Punctuation),
            (r"(->|[-+*/%<>=!&|.]+)(?=\s)", Operator),
            (r"[`%@]", Operator),
            (r"[^\s()\[\]{}\"`;]+", Name),
            (r"\s+", Text),
            (r".", Text),
        ]
    }


def setup(app):
    app.add_lexer("gene", GeneLexer)
    app.add_lexer("output", TextLexer)  # what a program prints, as it is
