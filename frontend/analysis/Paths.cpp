// Paths, `./`, selectors, $set (01 §8, 17).

#include <algorithm>
#include <charconv>

#include "codegen/ir/Ir.h"
#include "frontend/analysis/Modules.h"

namespace gene {
namespace {

bool parseIndex(std::string_view text, int64_t* index) {
  if (text.empty() || text[0] == '+') return false;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), *index);
  return failed == std::errc{} && end == text.data() + text.size();
}

}  // namespace

/// The value of `name` or `a/b` between angle brackets.
Analyzer::Node* Analyzer::dynamicKey(std::string_view text, Location loc) {
  if (text.empty() || text.find_first_of("()[]{}`\"") != std::string_view::npos)
    return error(loc, Diag::DynamicEmpty);
  if (text.find('/') == std::string_view::npos) return name(Symbol::of(text), loc);
  std::vector<Symbol> parts;
  for (size_t from = 0; from <= text.size();) {
    const size_t slash = std::min(text.find('/', from), text.size());
    parts.push_back(Symbol::of(text.substr(from, slash - from)));
    from = slash + 1;
  }
  return path(*make<PathForm>(loc, arena_.copy(Span<Symbol>(parts))));
}

bool Analyzer::segment(std::string_view text, Location loc, ast::Segment* s) {
  if (text == "!") {
    s->kind = ast::Segment::Assert;
    return true;
  }
  const bool isMethod = text.size() > 1 && text[0] == '.';
  if (isMethod) text.remove_prefix(1);
  if (text.starts_with('<')) {
    if (!text.ends_with('>')) {
      error(loc, Diag::DynamicUnterminated);
      return false;
    }
    s->kind = isMethod ? ast::Segment::DynamicMethod : ast::Segment::Dynamic;
    s->value = dynamicKey(text.substr(1, text.size() - 2), loc);
    return true;
  }
  if (!isMethod && parseIndex(text, &s->index)) {
    s->kind = ast::Segment::Index;
    return true;
  }
  s->kind = isMethod ? ast::Segment::Method : ast::Segment::Member;
  s->name = Symbol::of(text);
  return true;
}

Analyzer::Node* Analyzer::pathPrefix(const PathForm& form, size_t count) {
  const std::string_view head = form.parts[0].text();
  Node* node = nullptr;
  size_t used = 1;  // parts that `node` stands for
  if (ir::Global* member = count >= 2 ? moduleMember(form) : nullptr) {
    node = make<ast::Global>(form.loc, member, false);
    used = 2;
  } else if (head == "$ns" && count >= 2 && form.parts[1].text() == "__is_main__") {
    node = literal(make<Form>(isMain_ ? FormKind::True : FormKind::False, form.loc));
    used = 2;
  } else if (head == "$ns" && count >= 2 && form.parts[1].text() == "__module_name__" && module_) {
    node = literal(make<StringForm>(FormKind::String, form.loc, arena_.copy(module_->name)));
    used = 2;
  } else if (head.empty())
    node = self(form.loc);
  else if (head == "nil" || head == "void" || head == "true" || head == "false")
    node = literal(make<Form>(head == "nil"    ? FormKind::Nil
                              : head == "void" ? FormKind::Void
                              : head == "true" ? FormKind::True
                                               : FormKind::False,
                              form.loc));
  else
    node = name(form.parts[0], form.loc);
  if (count == used) return node;
  std::vector<ast::Segment> segments;
  for (Symbol part : form.parts.subspan(used, count - used)) {
    ast::Segment s{};
    if (!segment(part.text(), form.loc, &s)) return nil(form.loc);
    segments.push_back(s);
  }
  return make<ast::Path>(form.loc, node, copy(segments));
}

Analyzer::Node* Analyzer::path(const PathForm& form) {
  if (std::ranges::all_of(form.parts, [](Symbol part) { return part.empty(); }))
    checks_.checkDefined(Symbol::of("//"), form.loc);
  const std::string_view head = form.parts[0].text();
  if (head.starts_with('@')) {
    std::vector<Symbol> parts(form.parts.begin(), form.parts.end());
    parts[0] = Symbol::of(head.substr(1));
    return selectorFromParts(parts, form.loc);
  }
  if (head.starts_with('.') && head.size() > 1) {  // .m/x: on self
    Node* value = make<ast::MethodCall>(form.loc, self(form.loc), Symbol::of(head.substr(1)),
                                        ast::Arguments{});
    std::vector<ast::Segment> segments;
    for (Symbol part : form.parts.subspan(1)) {
      ast::Segment s{};
      if (!segment(part.text(), form.loc, &s)) return nil(form.loc);
      segments.push_back(s);
    }
    return make<ast::Path>(form.loc, value, copy(segments));
  }
  if (form.parts.back().text().ends_with("...")) return error(form.range(), Diag::SpreadOutside);
  checks_.checkField(form);
  checks_.checkVariant(form);
  checks_.checkMember(form);
  if (form.parts.size() > 1 && form.parts[1].text().starts_with('.') &&
      !form.parts[1].text().starts_with(".<")) {
    const SymbolForm variable(form.loc, form.parts[0]);
    checks_.checkMethodCall(&variable, Symbol::of(form.parts[1].text().substr(1)), {}, form,
                            form.loc);
  }
  return pathPrefix(form, form.parts.size());
}

Analyzer::Node* Analyzer::assignPath(const PathForm& form, Node* value, Location loc) {
  ast::Segment last{};
  checks_.checkField(form);
  if (ir::Global* member = form.parts.size() == 2 ? moduleMember(form) : nullptr) {
    const Symbol name = form.parts[1];
    // The variable that hides it begins further down: until then its name means this.
    if (auto hidden = hidden_.find(name); hidden != hidden_.end() && hidden->second == member &&
                                          atTopLevel_ && !declaredVars_.contains(name))
      value = make<ast::AssignGlobal>(loc, moduleGlobal(name, loc), value);
    auto* node = make<ast::AssignGlobal>(loc, member, value);
    node->type = annotationOf(name);
    return published(name, node);
  }
  if (form.parts.size() == 2 && form.parts[0].empty()) declaredMember(form.parts[1]);
  Node* container = pathPrefix(form, form.parts.size() - 1);
  if (!segment(form.parts.back().text(), form.loc, &last)) return nil(loc);
  if (last.kind != ast::Segment::Member && last.kind != ast::Segment::Index &&
      last.kind != ast::Segment::Dynamic)
    return error(loc, Diag::InvalidTarget, {printForm(form)});
  return make<ast::PathAssign>(loc, container, last, value);
}

Analyzer::Node* Analyzer::updatePath(const PathForm& form, ir::Op op, Node* value, Location loc) {
  ast::Segment last{};
  if (ir::Global* member = form.parts.size() == 2 ? moduleMember(form) : nullptr) {
    Node* updated = binary(op, make<ast::Global>(form.loc, member, false), value, loc);
    return published(form.parts[1], make<ast::AssignGlobal>(loc, member, updated));
  }
  Node* container = pathPrefix(form, form.parts.size() - 1);
  if (!segment(form.parts.back().text(), form.loc, &last)) return nil(loc);
  if (last.kind != ast::Segment::Member && last.kind != ast::Segment::Index &&
      last.kind != ast::Segment::Dynamic)
    return error(loc, Diag::InvalidTarget, {printForm(form)});
  return make<ast::PathUpdate>(loc, container, last, op, value);
}

// --- ./ ----------------------------------------------------------------------------------------------------------------

Analyzer::Node* Analyzer::selectForm(Node* target, const Form* key, Span<Form* const> rest,
                                     Location loc) {
  if (rest.size() > 1) return error(loc, Diag::SelectArguments);
  Node* keyNode = expression(key);
  return make<ast::Select>(loc, target, keyNode, rest.empty() ? nullptr : expression(rest[0]));
}

/// (target ./name/more default): literal segments; the default applies to the final outcome.
Analyzer::Node* Analyzer::gluedSelect(Node* target, Span<const Symbol> parts,
                                      Span<Form* const> rest, Location loc) {
  if (rest.size() > 1) return error(loc, Diag::SelectArguments);
  Node* node = target;
  for (size_t i = 0; i < parts.size(); i++) {
    int64_t index;
    const Form* key = parseIndex(parts[i].text(), &index)
                          ? static_cast<const Form*>(make<IntForm>(loc, index))
                          : make<StringForm>(FormKind::String, loc, parts[i].text());
    const bool isLast = i + 1 == parts.size();
    Node* fallback = isLast && !rest.empty() ? expression(rest[0]) : nullptr;
    node = make<ast::Select>(loc, node, literal(key), fallback);
  }
  return node;
}

Analyzer::Node* Analyzer::selectPrefixForm(const GeneForm& form) {
  const Span<Form* const> c = form.children;
  if (c.size() < 2 || c.size() > 3) return error(form.range(), Diag::SelectArguments);
  Node* target = expression(c[0]);
  return selectForm(target, c[1], c.subspan(2), form.loc);
}

// --- selectors ---------------------------------------------------------------------------------------------------------

/// @a/0/*: names are strings, integers indices; * ** @ @@ ! stay symbols, which the runtime takes as special.
Analyzer::Node* Analyzer::selectorFromParts(Span<const Symbol> parts, Location loc) {
  std::vector<Node*> segments;
  for (Symbol part : parts) {
    const std::string_view text = part.text();
    int64_t index;
    if (text.empty()) return error(loc, Diag::SelectorEmpty);
    const bool special = text == "*" || text == "**" || text == "@" || text == "@@" || text == "!";
    const Form* form = nullptr;
    if (special)
      form = make<SymbolForm>(loc, part);
    else if (parseIndex(text, &index))
      form = make<IntForm>(loc, index);
    else
      form = make<StringForm>(FormKind::String, loc, text);
    segments.push_back(literal(form));
  }
  return make<ast::Runtime>(loc, ir::Op::SelectorNew, copy(segments));
}

/// (@ seg …): strings, symbols and ints are literal segments, anything else is evaluated.
Analyzer::Node* Analyzer::selectorForm(const GeneForm& form) {
  if (form.children.empty()) return error(form.range(), Diag::SelectorArguments);
  std::vector<Node*> segments;
  for (const Form* f : form.children) {
    const std::string_view text = symbolOf(f).text();
    const bool special = text == "*" || text == "**" || text == "@" || text == "@@" || text == "!";
    if (f->kind == FormKind::Symbol && !special)
      segments.push_back(literal(make<StringForm>(FormKind::String, f->loc, text)));
    else if (f->kind == FormKind::Symbol)
      segments.push_back(literal(f));
    else
      segments.push_back(expression(f));
  }
  return make<ast::Runtime>(form.loc, ir::Op::SelectorNew, copy(segments));
}

/// ($set target @name value)
Analyzer::Node* Analyzer::setForm(const GeneForm& form) {
  const Span<Form* const> c = form.children;
  if (c.size() != 3) return error(form.range(), Diag::SetArguments);
  Node* target = expression(c[0]);
  ast::Segment last{};
  const std::string_view text = symbolOf(c[1]).text();
  if (text.size() > 1 && text[0] == '@') {
    if (text == "@!") return error(form.range(), Diag::SetAssert);
    if (!segment(text.substr(1), c[1]->loc, &last)) return nil(form.loc);
  } else if (c[1]->kind == FormKind::Gene && symbolOf(as<GeneForm>(*c[1]).head).text() == "@") {
    const auto& selector = as<GeneForm>(*c[1]);
    if (selector.children.size() != 1) return error(form.range(), Diag::SetOneProperty);
    const Form* key = selector.children[0];
    if (symbolOf(key) == sym::Bang) return error(form.range(), Diag::SetAssert);
    if (key->kind == FormKind::Symbol) {
      last.kind = ast::Segment::Member;
      last.name = symbolOf(key);
    } else if (key->kind == FormKind::Int) {
      last.kind = ast::Segment::Index;
      last.index = as<IntForm>(*key).value;
    } else {
      last.kind = ast::Segment::Dynamic;
      last.value = expression(key);
    }
  } else {
    return error(form.range(), Diag::SetSelector);
  }
  return make<ast::PathAssign>(form.loc, target, last, expression(c[2]));
}

}  // namespace gene
