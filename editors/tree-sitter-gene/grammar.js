/**
 * Gene for tree-sitter: what the reader makes of text (forms), not what the forms mean. Highlighting of special forms is in
 * queries/highlights.scm.
 */

// What ends a token. `#` and `'` do not.
const END = String.raw`\s,;"%()\[\]{}` + "`";
const ESCAPED = String.raw`\\[^\n]`;
// A character of a symbol, of a path, and of a key.
const CHAR = `(?:[^${END}\\\\/]|${ESCAPED})`;
const PATH_CHAR = `(?:[^${END}\\\\]|${ESCAPED})`;
const KEY_CHAR = `(?:[^${END}\\\\^]|${ESCAPED})`;
// How symbols begin: not with a digit, a quote, a caret, or a # or sign that means something else.
const FIRST = `(?:[^${END}\\\\/0-9'^#+-]|${ESCAPED}|#[^${END}\\\\/#!@<]|[+-][^${END}\\\\/0-9])`;
const KEY = `(?:[^${END}\\\\^!]|${ESCAPED})${KEY_CHAR}*`;
// A block comment ends at the first ># that no > stands before.
const BLOCK = String.raw`#<(?:[^>]|>[^>#]|>>+[^>])*>#`;
const regex = (text) => new RegExp(text);

module.exports = grammar({
  name: "gene",

  extras: ($) => [/[\s,]/, $.comment, $.block_comment],

  rules: {
    source: ($) => repeat(choice($._form, $.property)),

    comment: () => token(choice(/#[ #!][^\n]*/, /#\r?\n/)),
    block_comment: () => token(regex(BLOCK)),

    _form: ($) =>
      choice(
        $.gene, $.array, $.map, $.hash_map, $.quote, $.unquote, $.decorator,
        $.string, $.triple_string, $.interpolation, $.triple_interpolation, $.char, $.regex, $.bytes,
        $.number, $.date, $.time, $.constant, $.symbol, $.path),

    // (head ^key value parts; parts)
    gene: ($) => seq(choice("(", "#("), optional($._parts), ")"),
    _parts: ($) =>
      choice(
        seq(field("head", $._form), repeat(choice($._form, $.property, ";"))),
        seq($.property, repeat(choice($._form, $.property, ";")))),
    array: ($) => seq(choice("[", "#["), repeat($._item), "]"),
    // In an array, and among what a hash map has, a key is a symbol: parameters [a ^k = 1].
    _item: ($) => choice($._form, alias($.key, $.symbol), alias($.flag, $.symbol)),
    map: ($) => seq(choice("{", "#{"), repeat($.property), "}"),
    hash_map: ($) => seq(choice("{{", "#{{"), repeat($._item), "}", "}"),

    property: ($) => choice($.flag, seq(field("key", $.key), field("value", $._form))),
    // ^key, ^a^b; ^^key, ^!key, ^a^^b stand for true and false.
    key: () => token(regex(`(?:\\^${KEY})+`)),
    flag: () => token(regex(`(?:\\^${KEY})*\\^[\\^!]${KEY_CHAR}+`)),

    quote: ($) => seq("`", $._form),
    unquote: ($) => seq(choice("%", "%_"), $._form),
    decorator: ($) => seq("#@", $._form, $._form),

    string: () => token(/"(?:[^"\\]|\\[\s\S])*"/),
    triple_string: () => token(prec(1, /"""(?:"{0,2}(?:[^"\\]|\\[\s\S]))*"""/)),
    interpolation: ($) => seq('#"', repeat($._piece), token.immediate(prec(3, '"'))),
    triple_interpolation: ($) =>
      seq('#"""', repeat(choice($._piece, alias($._quotes, $.text))), token.immediate(prec(3, '"""'))),
    _quotes: () => token.immediate(prec(2, /""?/)),
    _piece: ($) => choice($.text, $.escape, $.hole, alias($._comment_in_text, $.block_comment)),
    text: () => token.immediate(prec(2, /[^"#\\]+|#/)),
    escape: () => token.immediate(prec(2, /\\[\s\S]/)),
    _comment_in_text: () => token.immediate(prec(4, regex(BLOCK))),
    hole: ($) =>
      choice(
        seq(token.immediate(prec(3, "#{")), choice($._form, repeat1($.property)), "}"),
        seq(token.immediate(prec(3, "#(")), optional($._parts), ")"),
        seq(token.immediate(prec(3, "#[")), repeat($._item), "]")),

    char: () => token(/'(?:[^'\\]|\\[\s\S])'/),
    // A replacement has no blank in it, and begins with no closing bracket: behind flags these end the regex.
    regex: () =>
      token(/#\/(?:[^\/\\]|\\[\s\S])*\/(?:(?:[im]*(?:[^\/\\\s,)\]};im]|\\[\s\S])(?:[^\/\\\s]|\\[\s\S])*|[im]*)\/)?[im]*/),
    bytes: () => token(/0!(?:[01]|~\s*)+|0#(?:[0-9a-fA-F]|~\s*)+|0\*(?:[0-9a-zA-Z+\/]|~\s*)+=*/),
    number: () => token(/0[xX][0-9a-fA-F_]+|[+-]?[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?/),
    date: () =>
      token(/[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9]{2}:[0-9]{2}(?::[0-9]{2})?(?:\.[0-9]+)?(?:Z|[+-][0-9]{2}:[0-9]{2})?(?:\[[^\]\n]*\])?)?/),
    time: () => token(/[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?:\.[0-9]+)?(?:Z|[+-][0-9]{2}:[0-9]{2})?(?:\[[^\]\n]*\])?/),

    constant: () => choice("nil", "void", "true", "false", "not_found"),
    // % before a blank is the operator; so is what the others are alone.
    symbol: () =>
      token(choice(regex(`${FIRST}${CHAR}*`), /[+\-\/]/, "/=", "./", "%=", prec(1, /%[ \t\r\n]/))),
    // Parts with slashes between them: a/b/.m, /x, a/<key>.
    path: () => token(regex(`(?:${FIRST}${CHAR}*)?/${PATH_CHAR}+|${FIRST}${CHAR}*/`)),
  },
});
