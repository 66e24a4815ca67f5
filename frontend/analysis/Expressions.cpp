// The dispatch of 03 §1, operators, literals.

#include <algorithm>

#include "codegen/ir/Ir.h"
#include "frontend/analysis/Analyzer.h"
#include "frontend/analysis/Operators.h"
#include "frontend/analysis/SpecialForms.h"

namespace gene {
namespace {

using ir::Op;

constexpr int DeepestNesting = 20000;

}  // namespace

Analyzer::Node* Analyzer::nil(Location loc) {
  return make<ast::Literal>(loc, make<Form>(FormKind::Nil, loc));
}

Analyzer::Node* Analyzer::runtime(Location loc, Op op, std::initializer_list<Node*> operands,
                                  std::initializer_list<ir::Immediate> immediates) {
  return make<ast::Runtime>(
      loc, op, arena_.copy(Span<Node* const>(operands.begin(), operands.size())),
      arena_.copy(Span<const ir::Immediate>(immediates.begin(), immediates.size())));
}

Analyzer::Node* Analyzer::raiseNode(Location loc, std::string_view errorClass,
                                    std::string_view message) {
  ir::Immediate cls, text;
  cls.symbol = Symbol::of(errorClass);
  text.form = make<StringForm>(FormKind::String, loc, arena_.copy(message));
  return runtime(loc, Op::RaiseMessage, {}, {cls, text});
}

Analyzer::Node* Analyzer::expression(const Form* form) {
  Node* node = resolve(form);
  if (node->loc == form->loc) node->end = form->end;
  return node;
}

Analyzer::Node* Analyzer::resolve(const Form* form) {
  switch (form->kind) {
#define ATOM(name) case FormKind::name:
#include "frontend/syntax/FormKinds.def"
    if (form->kind == FormKind::String) checks_.checkHoles(form);
    return literal(form);
    case FormKind::Symbol: {
      const Symbol symbol = symbolOf(form);
      const std::string_view text = symbol.text();
      if (symbol == sym::Underscore && !isSession()) return literal(form);
      if (text.size() > 1 && text[0] == '@') {
        const Symbol part[] = {Symbol::of(text.substr(1))};
        return selectorFromParts(part, form->loc);
      }
      return name(symbol, form->loc);
    }
    case FormKind::Path: return path(as<PathForm>(*form));
    case FormKind::Array: return arrayLiteral(as<ArrayForm>(*form));
    case FormKind::Map: return mapLiteral(as<MapForm>(*form));
    case FormKind::HashMap: return hashMapLiteral(as<HashMapForm>(*form));
    case FormKind::Quote: return make<ast::Quote>(form->loc, as<QuoteForm>(*form).value);
    case FormKind::Unquote: return make<ast::Quote>(form->loc, form);
    case FormKind::Gene: {
      if (++depth_ > DeepestNesting) {
        if (depth_ == DeepestNesting + 1)
          error(form->range(), Diag::TooDeep, {std::to_string(DeepestNesting)});
        depth_--;
        return nil(form->loc);
      }
      Node* node = geneForm(as<GeneForm>(*form));
      depth_--;
      return node;
    }
  }
  GENE_UNREACHABLE("form kind");
}

Analyzer::Node* Analyzer::geneForm(const GeneForm& form) {
  const Span<Form* const> children = form.children;
  const std::string_view head = calledName(form.head);
  const Form* first = children.empty() ? nullptr : children[0];
  const std::string_view second = first ? symbolOf(first).text() : std::string_view{};
  if (head == "#Str") return interpolation(form);
  if (head == "./") return selectPrefixForm(form);
  if (children.size() == 2 && second == "..") {
    Form* parts[] = {form.head, children[1]};
    return range(form, parts);
  }
  if (children.empty() && form.properties.empty() &&
      (form.head->kind == FormKind::Int || form.head->kind == FormKind::Float))
    return literal(form.head);
  if (head == "super") return superForm(form);
  const bool isMethodCall = second.size() > 1 && second[0] == '.' && second != "..." &&
                            second != ".." && second[1] != '.';
  const bool isQuoted = form.head->kind == FormKind::Quote && !isMethodCall;
  if (form.frozen || head == "_" || isQuoted) return buildGene(form);
  const bool gluedSelect =
      first && first->kind == FormKind::Path && as<PathForm>(*first).parts[0].text() == ".";
  if (isUnion(form) && form.properties.empty()) return typeValue(&form);
  // An operator is no value: in (f +) it is an unknown name.
  const bool isArgument = children.size() == 1 && form.head->kind == FormKind::Symbol;
  if (first && !hasTrait(head, form_trait::Prefix) && !(isArgument && findOperator(second)) &&
      (findOperator(second) || gluedSelect))
    return infix(form);
  if (second == ".") {
    if (children.size() < 2) return error(form.range(), Diag::MissingParts, {".", "a method name"});
    Node* receiver = expression(form.head);
    Node* methodName = expression(children[1]);
    return make<ast::DynamicMethodCall>(form.loc, receiver, methodName,
                                        arguments(form, children.subspan(2)));
  }
  if (isMethodCall) return methodCall(expression(form.head), first, form, children.subspan(1));
  if (first && first->kind == FormKind::Path &&
      as<PathForm>(*first).parts[0].text().starts_with(".") && !gluedSelect)
    return methodCall(expression(form.head), first, form, children.subspan(1));
  if (form.head->kind == FormKind::Path &&  // (.@a/b): on self
      as<PathForm>(*form.head).parts[0].text().starts_with(".@"))
    return methodCall(self(form.loc), form.head, form, children);
  if (findOperator(head) && head != "is") return prefix(head, form);
  if (head == "is" && children.size() == 2)
    return typeTest(expression(children[0]), children[1], form.loc);
  if (first && hasTrait(second, form_trait::Assigns)) return assignment(form, second);
  if (second == "?" && children.size() == 1) return question(form);
  if (second == "->") return blockForm(form.head, children.subspan(1), form);
  if (head == "->") return blockForm(nullptr, children, form);
  if (head == "..") return range(form, children);
  if (!head.empty()) {
    static const std::unordered_map<std::string_view, Node* (Analyzer::*)(const GeneForm&)> table =
        {
#define SPECIAL(name, handler, traits, shape, text) {name, &Analyzer::handler},
#include "frontend/analysis/SpecialForms.def"
        };
    if (auto it = table.find(head); it != table.end()) return (this->*it->second)(form);
    if (hasTrait(head, form_trait::Missing)) return error(form.range(), Diag::NotAvailable, {head});
    if (head.size() > 1 && head.ends_with('!') && head != "!") return macroCall(form);
    if (head.size() > 1 && head[0] == '.' && head != "...")
      return methodCall(self(form.loc), form.head, form, children);
  }
  return call(form);
}

// --- operators ---------------------------------------------------------------------------------------------------------

Analyzer::Node* Analyzer::binary(Op op, Node* lhs, Node* rhs, Location loc) {
  return runtime(loc, op, {lhs, rhs});
}

Analyzer::Node* Analyzer::operate(std::string_view text, Node* lhs, Node* rhs, Location loc) {
  checks_.checkOperand(text, lhs);
  checks_.checkOperand(text, rhs);
  if (text == "&&" || text == "||") return make<ast::Logical>(loc, text == "&&", lhs, rhs);
  if (text == "**") {
    Node* callee = name(Symbol::of("**"), loc);
    ast::Argument args[] = {{ArgKind::Positional, {}, lhs}, {ArgKind::Positional, {}, rhs}};
    return make<ast::Call>(loc, callee, arena_.copy(Span<ast::Argument>(args)));
  }
  return binary(findOperator(text)->op, lhs, rhs, loc);
}

Analyzer::Node* Analyzer::typeTest(Node* value, const Form* type, Location loc) {
  // Unions and applied types are data for the runtime; a name is a variable.
  const Checks::WantsType wants(checks_);
  Node* test = type->kind == FormKind::Gene ? make<ast::Quote>(type->loc, expandType(type))
                                            : expression(type);
  return runtime(loc, Op::Is, {value, test});
}

/// Precedence climbing over operand op operand …; runs of comparisons become one chain.
Analyzer::Node* Analyzer::infix(const GeneForm& form) {
  std::vector<const Form*> parts{form.head};
  parts.insert(parts.end(), form.children.begin(), form.children.end());
  // (v ./ key default) and (v ./name default): a default instead of a further operator.
  const Operator* first = operatorOf(parts[1]);
  if (first && first->text == "./") {
    const bool glued = parts[1]->kind == FormKind::Path;
    const size_t plain = glued ? 2 : 3;
    if (parts.size() == plain || (parts.size() == plain + 1 && !operatorOf(parts[plain]))) {
      Node* target = expression(parts[0]);
      const Span<Form* const> rest = form.children.subspan(1);
      return glued ? gluedSelect(target, as<PathForm>(*parts[1]).parts.subspan(1), rest, form.loc)
                   : selectForm(target, rest[0], rest.subspan(1), form.loc);
    }
  }
  size_t at = 0;
  bool bad = false;
  auto operand = [&]() -> Node* {
    if (at >= parts.size()) {
      bad = true;
      return nil(form.loc);
    }
    return expression(parts[at++]);
  };
  auto peek = [&]() -> const Operator* {
    if (at >= parts.size()) return nullptr;
    const Operator* o = operatorOf(parts[at]);
    if (!o) bad = true;
    return o;
  };
  // Takes operators of `level` and above behind `lhs`.
  auto climb = [&](auto&& again, Node* lhs, int level) -> Node* {
    for (;;) {
      const Operator* o = bad ? nullptr : peek();
      if (!o || o->level < level) return lhs;
      const Form* opForm = parts[at++];
      if (o->text == "./") {
        if (opForm->kind == FormKind::Path) {
          lhs = gluedSelect(lhs, as<PathForm>(*opForm).parts.subspan(1), {}, form.loc);
        } else if (at < parts.size()) {
          lhs = selectForm(lhs, parts[at++], {}, form.loc);
        } else {
          bad = true;
        }
        continue;
      }
      if (o->text == "is") {
        if (at >= parts.size()) {
          bad = true;
          return lhs;
        }
        lhs = typeTest(lhs, parts[at++], form.loc);
        continue;
      }
      auto right = [&](int next) { return again(again, operand(), next); };
      if (!o->isComparison()) {
        lhs = operate(o->text, lhs, right(o->level + 1), form.loc);
        continue;
      }
      std::vector<Node*> operands{lhs, right(61)};
      std::vector<Op> ops{o->op};
      for (const Operator* next = bad ? nullptr : peek(); next && next->isComparison();
           next = bad ? nullptr : peek()) {
        at++;
        ops.push_back(next->op);
        operands.push_back(right(61));
      }
      if (ops.size() == 1)
        lhs = binary(ops[0], operands[0], operands[1], form.loc);
      else
        lhs = make<ast::Chain>(form.loc, copy(operands), copy(ops));
    }
  };
  Node* result = climb(climb, operand(), 0);
  if (bad || at != parts.size()) {
    checks_.refuseInfix(form, parts);
    return nil(form.loc);
  }
  return result;
}

Analyzer::Node* Analyzer::prefix(std::string_view op, const GeneForm& form) {
  std::vector<Node*> operands;
  for (const Form* child : form.children) operands.push_back(expression(child));
  const size_t n = operands.size();
  auto fold = [&] {
    Node* result = operands[0];
    for (size_t i = 1; i < n; i++) result = operate(op, result, operands[i], form.loc);
    return result;
  };
  auto number = [&](int64_t value) { return literal(make<IntForm>(form.loc, value)); };
  if (op == "++") {
    return make<ast::Runtime>(form.loc, Op::Concat, copy(operands));
  }
  if (op == "+" || op == "*") {
    if (n == 0) return number(op == "*");
    if (n > 1) return fold();
    // Not x + 0, which loses the sign of -0.0.
    return op == "+" ? binary(Op::Sub, operands[0], number(0), form.loc)
                     : binary(Op::Mul, operands[0], number(1), form.loc);
  }
  if (op == "-" || op == "/") {
    if (n == 0) return error(form.range(), Diag::UnaryMissing, {op});
    if (n > 1) return fold();
    return op == "-" ? runtime(form.loc, Op::Neg, {operands[0]})
                     : binary(Op::Div, number(1), operands[0], form.loc);
  }
  if (op == "&&" || op == "||" || op == "&|&") {
    if (n == 0) return error(form.range(), Diag::UnaryMissing, {op});
    return fold();
  }
  if (n < 2 || (n > 2 && op != "%"))
    return error(form.range(), Diag::TooFewOperands, {op, "2 arguments"});
  return fold();
}

Analyzer::Node* Analyzer::notForm(const GeneForm& form) {
  if (form.children.size() != 1) return error(form.range(), Diag::NotExactlyOne, {"not"});
  return runtime(form.loc, Op::Not, {expression(form.children[0])});
}

Analyzer::Node* Analyzer::bangForm(const GeneForm& form) { return notForm(form); }

Analyzer::Node* Analyzer::typeofForm(const GeneForm& form) {
  if (form.children.size() != 1) return error(form.range(), Diag::NotExactlyOne, {"typeof"});
  return runtime(form.loc, Op::Typeof, {expression(form.children[0])});
}

Analyzer::Node* Analyzer::range(const GeneForm& form, Span<Form* const> parts) {
  if (parts.size() < 2) return error(form.range(), Diag::RangeArguments);
  Node* from = expression(parts[0]);
  Node* to = expression(parts[1]);
  Node* step = parts.size() > 2 ? expression(parts[2]) : nullptr;
  return runtime(form.loc, Op::RangeNew, {from, to, step});
}

Analyzer::Node* Analyzer::rangeForm(const GeneForm& form) { return range(form, form.children); }

// --- assignment --------------------------------------------------------------------------------------------------------

Analyzer::Node* Analyzer::assignment(const GeneForm& form, std::string_view op) {
  if (form.children.size() < 2) return error(form.range(), Diag::MissingParts, {op, "a value"});
  const Form* target = form.head;
  const Form* valueForm = form.children[1];
  if (target->kind == FormKind::Array || target->kind == FormKind::Map)
    return error(form.range(), Diag::DestructuringAssignment);
  const Operator* operation = op == "=" ? nullptr : findOperator(op.substr(0, op.size() - 1));
  if (target->kind == FormKind::Symbol) {
    const Symbol symbol = symbolOf(target);
    Node* value = operation ? binary(operation->op, name(symbol, target->loc),
                                     expression(valueForm), form.loc)
                            : expression(valueForm);
    checks_.checkAssigned(symbol, target->loc, operation != nullptr);
    if (!operation) {
      const ast::Binding* binding = scopes_.lookup(symbol);
      checks_.checkValueType(valueForm, binding ? binding->type : annotationOf(symbol),
                             "the variable '" + std::string(symbol.text()) + "'");
    }
    checks_.checkAssignment(form, op);
    noteUse(target->loc, symbol, scopes_.lookup(symbol), true);
    return assign(symbol, form.loc, value);
  }
  if (target->kind == FormKind::Path) {
    const auto& p = as<PathForm>(*target);
    return operation ? updatePath(p, operation->op, expression(valueForm), form.loc)
                     : assignPath(p, expression(valueForm), form.loc);
  }
  return error(form.range(), Diag::InvalidTarget, {printForm(*target)});
}

// --- literals ----------------------------------------------------------------------------------------------------------

Analyzer::Node* Analyzer::interpolation(const GeneForm& form) {
  std::vector<Node*> parts;
  for (const Form* part : form.children) parts.push_back(expression(part));
  return make<ast::Interpolate>(form.loc, copy(parts));
}

namespace {

/// `xs...` and `a/b...`: the form without the dots, or null.
const Form* withoutDots(const Form* form, Arena& arena) {
  if (form->kind == FormKind::Symbol) {
    const std::string_view text = symbolOf(form).text();
    if (text.size() <= 3 || !text.ends_with("...")) return nullptr;
    if (text == "nil...") return arena.make<Form>(FormKind::Nil, form->loc);
    return arena.make<SymbolForm>(form->loc, Symbol::of(text.substr(0, text.size() - 3)));
  }
  if (form->kind == FormKind::Path) {
    const auto& p = as<PathForm>(*form);
    const std::string_view last = p.parts.back().text();
    if (last.size() <= 3 || !last.ends_with("...")) return nullptr;
    std::vector<Symbol> parts(p.parts.begin(), p.parts.end());
    parts.back() = Symbol::of(last.substr(0, last.size() - 3));
    return arena.make<PathForm>(form->loc, arena.copy(Span<Symbol>(parts)));
  }
  return nullptr;
}

}  // namespace

Span<ast::Item> Analyzer::items(Span<Form* const> forms) {
  std::vector<ast::Item> result;
  for (size_t i = 0; i < forms.size(); i++) {
    if (const Form* inner = withoutDots(forms[i], arena_)) {
      result.push_back({expression(inner), true});
      continue;
    }
    const bool spread = i + 1 < forms.size() && symbolOf(forms[i + 1]) == sym::Ellipsis;
    result.push_back({expression(forms[i]), spread});
    if (spread) i++;
  }
  return copy(result);
}

Span<ast::Entry> Analyzer::entries(Span<const Property> properties) {
  std::vector<ast::Entry> result;
  for (const Property& p : properties) result.push_back({p.key, expression(p.value), p.isSpread()});
  return copy(result);
}

Analyzer::Node* Analyzer::arrayLiteral(const ArrayForm& form) {
  checks_.checkComprehension(form.items);
  auto* node = make<ast::Array>(form.loc, items(form.items));
  node->frozen = form.frozen;
  return node;
}

Analyzer::Node* Analyzer::mapLiteral(const MapForm& form) {
  auto* node = make<ast::Map>(form.loc, entries(form.properties));
  node->frozen = form.frozen;
  return node;
}

Analyzer::Node* Analyzer::hashMapLiteral(const HashMapForm& form) {
  if (form.items.size() % 2)
    return raiseNode(form.loc, "ArgumentException",
                     "HashMap literals expect alternating key/value entries");
  std::vector<Node*> nodes;
  for (const Form* item : form.items) nodes.push_back(expression(item));
  auto* node = make<ast::HashMap>(form.loc, copy(nodes));
  node->frozen = form.frozen;
  return node;
}

Analyzer::Node* Analyzer::buildGene(const GeneForm& form) {
  Node* head = nullptr;
  if (symbolOf(form.head) == sym::Underscore || form.head->kind == FormKind::Nil)
    head = literal(form.head);
  else if (form.head->kind == FormKind::Quote)
    head = make<ast::Quote>(form.head->loc, as<QuoteForm>(*form.head).value);
  else if (form.head->kind == FormKind::Symbol)
    head = make<ast::Quote>(form.head->loc, form.head);
  else
    head = expression(form.head);
  const Span<ast::Entry> properties = entries(form.properties);
  auto* node = make<ast::Gene>(form.loc, head, properties, items(form.children));
  node->frozen = form.frozen;
  return node;
}

Analyzer::Node* Analyzer::renderForm(const GeneForm& form) { return render(form); }

/// Every symbol that the template could unquote and that is a variable here is given along: those it mentions when it is
/// written out here, else all that are visible.
Analyzer::Node* Analyzer::render(const GeneForm& form) {
  if (form.children.size() != 1) return error(form.range(), Diag::NotExactlyOne, {"$render"});
  std::vector<ast::Render::Variable> variables;
  std::unordered_set<Symbol> seen;
  std::vector<const Form*> work{form.children[0]};
  auto variable = [&](const Form* f) {
    // %x takes the variable x; %(expression) is evaluated here, under its own text.
    const Symbol key = f->kind == FormKind::Symbol ? symbolOf(f) : Symbol::of(printForm(*f));
    if (!seen.insert(key).second) return;
    if (f->kind == FormKind::Symbol) {
      if (ast::Binding* b = scopes_.lookup(key); b && (b->isRead = true))
        variables.push_back({key, make<ast::Local>(f->loc, b)});
      else if (auto it = names_.globals.find(key); it != names_.globals.end())
        variables.push_back({key, make<ast::Global>(f->loc, it->second, false)});
    } else if (f->kind == FormKind::Gene || f->kind == FormKind::Path) {
      variables.push_back({key, expression(f)});
    }
  };
  if (form.children[0]->kind != FormKind::Quote) {
    std::vector<Symbol> visible;
    for (const ScopeState* s = scopes_.scope(); s; s = s->outer)
      for (const auto& [symbol, binding] : s->names) visible.push_back(symbol);
    for (const auto& [symbol, global] : names_.globals) visible.push_back(symbol);
    std::sort(visible.begin(), visible.end());
    for (Symbol symbol : visible) variable(make<SymbolForm>(form.loc, symbol));
  }
  while (!work.empty()) {
    const Form* f = work.back();
    work.pop_back();
    if (f->kind == FormKind::Unquote)
      variable(as<QuoteForm>(*f).value);
    else
      forEachPart(*f, [&](const Form* part) { work.push_back(part); });
  }
  return make<ast::Render>(form.loc, expression(form.children[0]), copy(variables));
}

}  // namespace gene
