// Reads texts by a grammar of tree-sitter without tree-sitter, whose generator is not to be had everywhere.
//
//   node tree_sitter.js GRAMMAR corpus FILE…     the texts of corpus files, compared with the trees they want
//   node tree_sitter.js GRAMMAR parse FILE…      which of the files cannot be read
//
// The lexer follows tree-sitter's rules: of the tokens that may come at a place that with the higher precedence, then the longest one, then
// a word before a pattern, then the one that stands earlier in the grammar; extras may come anywhere, but not before token.immediate. The
// parser is Earley's, so it finds what any parser of the grammar would, and says nothing about conflicts in tables.
const fs = require("fs");
const path = require("path");

// --- the grammar, as rules: {type, …}
const rule = (value) =>
  typeof value === "string" ? { type: "token", patterns: [{ source: escapeText(value), precedence: 0, isWord: true }], immediate: false, text: value }
    : value instanceof RegExp ? { type: "token", patterns: [{ source: value.source, precedence: 0, isWord: false }], immediate: false }
      : value;
const escapeText = (text) => text.replace(/[.*+?^${}()|[\]\\\/]/g, "\\$&");
const asToken = (value, immediate) => {
  const made = rule(value);
  const patterns = (r, precedence) => {
    if (r.type === "token") return r.patterns.map((p) => ({ ...p, precedence: p.precedence || precedence }));
    if (r.type === "choice") return r.parts.flatMap((part) => patterns(part, precedence));
    if (r.type === "prec") return patterns(r.part, r.precedence);
    throw new Error("a token of " + r.type);
  };
  return { type: "token", patterns: patterns(made, 0), immediate };
};
const names = {
  seq: (...parts) => ({ type: "seq", parts: parts.map(rule) }),
  choice: (...parts) => ({ type: "choice", parts: parts.map(rule) }),
  repeat: (part) => ({ type: "repeat", part: rule(part), least: 0 }),
  repeat1: (part) => ({ type: "repeat", part: rule(part), least: 1 }),
  optional: (part) => ({ type: "choice", parts: [rule(part), { type: "seq", parts: [] }] }),
  field: (_, part) => rule(part),
  alias: (part, name) => ({ type: "alias", part: rule(part), name: name.name }),
  prec: (precedence, part) => ({ type: "prec", precedence, part: rule(part) }),
  token: (part) => asToken(part, false),
  grammar: (made) => made,
};
names.token.immediate = (part) => asToken(part, true);

function load(file) {
  const module = { exports: {} };
  new Function(...Object.keys(names), "module", fs.readFileSync(file, "utf8"))(...Object.values(names), module);
  const symbols = new Proxy({}, { get: (_, name) => ({ type: "symbol", name }) });
  const rules = {};
  for (const [name, body] of Object.entries(module.exports.rules)) rules[name] = rule(body(symbols));
  return flatten(rules, module.exports.extras(symbols).map(rule));
}

/** Productions {head: [[symbol…]…]} of named rules, tokens and rules made for repetitions. */
function flatten(rules, extras) {
  const productions = new Map(), tokens = [];
  let made = 0;
  const terminal = (r, name) => {
    const same = tokens.find((t) => t.name === name && JSON.stringify(t.patterns) === JSON.stringify(r.patterns) && t.immediate === r.immediate);
    if (same) return same;
    const token = { terminal: true, name, patterns: r.patterns, immediate: r.immediate, order: tokens.length };
    token.matchers = r.patterns.map((p) => ({ ...p, regex: new RegExp(p.source, "yu") }));
    tokens.push(token);
    return token;
  };
  const add = (head, items) => productions.get(head).push(items);
  const symbolOf = (r, alias) => {
    if (r.type === "symbol") return rules[r.name].type === "token" ? terminal(rules[r.name], alias || r.name) : alias ? aliased(r, alias) : ref(r.name);
    if (r.type === "token") return terminal(r, "");
    if (r.type === "alias") return symbolOf(r.part, r.name);
    if (r.type === "prec") return symbolOf(r.part, alias);
    const head = { name: "", id: ++made };
    productions.set(head, []);
    expand(head, r);
    return head;
  };
  const refs = new Map();
  const ref = (name) => {
    if (refs.has(name)) return refs.get(name);
    const head = { name: name.startsWith("_") ? "" : name };
    refs.set(name, head);
    productions.set(head, []);
    expand(head, rules[name]);
    return head;
  };
  const aliased = (r, alias) => {
    const head = { name: alias };
    productions.set(head, []);
    expand(head, rules[r.name]);
    return head;
  };
  function expand(head, r) {
    if (r.type === "choice") r.parts.forEach((part) => expand(head, part));
    else if (r.type === "seq") add(head, r.parts.map((part) => symbolOf(part)));
    else if (r.type === "repeat") {
      const part = symbolOf(r.part);
      add(head, r.least ? [part] : []);
      add(head, [head.name ? again(r) : head, part]);
    } else add(head, [symbolOf(r)]);
  }
  // A named rule that is a repetition is one node, however long.
  const again = (r) => symbolOf({ ...r });
  const start = ref(Object.keys(rules)[0]);
  const skipped = extras.map((r) => (r.type === "symbol" ? terminal(rules[r.name], r.name) : terminal(r, "")));
  return { productions, start, skipped };
}

// --- reading
function parse(grammar, text) {
  const sets = [];
  const nullable = new Set();
  for (let grows = true; grows;) {
    grows = false;
    for (const [head, all] of grammar.productions)
      if (!nullable.has(head) && all.some((items) => items.every((s) => nullable.has(s)))) { nullable.add(head); grows = true; }
  }
  const begin = (at) => ({ at, items: [], seen: new Map(), wanted: new Map() });
  const push = (set, head, items, dot, origin, back) => {
    const key = `${id(head)}.${idOf(items)}.${dot}.${origin}`;
    if (set.seen.has(key)) return;
    const item = { head, items, dot, origin, back };
    set.seen.set(key, item);
    set.items.push(item);
  };
  const ids = new Map(), id = (x) => { if (!ids.has(x)) ids.set(x, ids.size); return ids.get(x); }, idOf = id;
  let set = begin(0);
  for (const items of grammar.productions.get(grammar.start)) push(set, grammar.start, items, 0, 0, null);
  sets.push(set);
  const comments = [];
  for (;;) {
    const index = sets.length - 1;
    for (let i = 0; i < set.items.length; i++) {
      const item = set.items[i], next = item.items[item.dot];
      if (!next) {
        const waiting = sets[item.origin].wanted.get(item.head) || [];
        for (const w of waiting.slice()) push(set, w.head, w.items, w.dot + 1, w.origin, { item: w, child: item });
      } else {
        if (!set.wanted.has(next)) set.wanted.set(next, []);
        set.wanted.get(next).push(item);
        if (!next.terminal) {
          for (const items of grammar.productions.get(next)) push(set, next, items, 0, index, null);
          if (nullable.has(next)) push(set, item.head, item.items, item.dot + 1, item.origin, { item, child: null });
        }
      }
    }
    // The next token; extras before it.
    let at = set.at, token = null, wasSkipped = false;
    for (;;) {
      const able = [...set.wanted.keys()].filter((s) => s.terminal && (!s.immediate || !wasSkipped));
      token = longest([...able, ...grammar.skipped], text, at);
      if (!token || !grammar.skipped.includes(token.kind)) break;
      if (token.kind.name) comments.push({ name: token.kind.name, from: at, to: token.end });
      at = token.end;
      wasSkipped = true;
    }
    if (at >= text.length && !token) break;
    if (!token || token.end === at) return { error: at };
    const leaf = { leaf: true, name: token.kind.name, from: at, to: token.end };
    const following = begin(token.end);
    for (const w of set.wanted.get(token.kind)) push(following, w.head, w.items, w.dot + 1, w.origin, { item: w, child: leaf });
    set = following;
    sets.push(set);
  }
  const done = set.items.find((item) => item.head === grammar.start && !item.items[item.dot] && item.origin === 0);
  return done ? { tree: { item: done, comments } } : { error: text.length };
}

function longest(kinds, text, at) {
  let best = null;
  for (const kind of kinds)
    for (const m of kind.matchers) {
      m.regex.lastIndex = at;
      const found = m.regex.exec(text);
      if (!found || !found[0].length) continue;
      const one = { kind, end: at + found[0].length, precedence: m.precedence, isWord: m.isWord };
      const better = !best || one.precedence !== best.precedence ? !best || one.precedence > best.precedence
        : one.end !== best.end ? one.end > best.end
          : one.isWord !== best.isWord ? one.isWord : kind.order < best.kind.order;
      if (better) best = one;
    }
  return best;
}

/** The named nodes of a tree, as corpus files write them, comments among them. */
function shown({ item, comments }) {
  const build = (item) => {
    const children = [];
    for (let step = item; step.back; step = step.back.item)
      if (step.back.child) children.unshift(step.back.child.leaf ? step.back.child : build(step.back.child));
    const nodes = children.flatMap((c) => (c.leaf ? (c.name && !c.name.startsWith("_") ? [{ ...c, children: [] }] : []) : c.name ? [c] : c.children));
    const all = children.filter((c) => c.to !== undefined);
    return { name: item.head.name, children: nodes, from: all.length ? all[0].from : undefined, to: all.length ? all[all.length - 1].to : undefined };
  };
  const root = build(item);
  for (const comment of comments) {
    let node = root;
    for (let inner; (inner = node.children.find((c) => c.from < comment.from && comment.to < c.to));) node = inner;
    const place = node.children.findIndex((c) => c.from >= comment.to);
    node.children.splice(place < 0 ? node.children.length : place, 0, { ...comment, children: [] });
  }
  const print = (node) => `(${[node.name, ...node.children.map(print)].join(" ")})`;
  return print(root);
}

const [file, what, ...files] = process.argv.slice(2);
const grammar = load(file);
let problems = 0, count = 0;
const place = (text, at) => { const lines = text.slice(0, at).split("\n"); return `${lines.length}:${lines[lines.length - 1].length + 1}`; };
for (const name of files) {
  const whole = fs.readFileSync(name, "utf8");
  const cases = what === "parse" ? [{ title: path.basename(name), text: whole }]
    : [...whole.matchAll(/^=+\n(.*)\n=+\n([^]*?)\n---\n([^]*?)(?=\n=+\n|$(?![^]))/gm)].map(([, title, text, tree]) => ({ title, text, tree }));
  for (const { title, text, tree } of cases) {
    count++;
    const result = parse(grammar, text);
    const problem = result.error !== undefined ? `${name}: ${title}: cannot be read at ${place(text, result.error)}` : null;
    const found = !problem && tree !== undefined ? shown(result.tree) : null;
    const wanted = tree === undefined ? null : tree.replace(/\s+/g, " ").trim().replace(/ \)/g, ")");
    if (problem || found !== wanted) {
      problems++;
      console.log(problem || `${name}: ${title}:\n  ${found}\nnot\n  ${wanted}`);
    }
  }
}
console.log(`${count} texts, ${problems} problems`);
process.exit(problems || !count ? 1 : 0);
