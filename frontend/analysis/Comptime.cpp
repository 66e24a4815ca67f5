#include "frontend/analysis/Comptime.h"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <unordered_map>
#include <vector>

#include "codegen/ir/Arithmetic.h"
#include "frontend/analysis/SpecialForms.h"
#include "runtime/support/Sandbox.h"

namespace gene {
namespace {

using ir::Op;

constexpr int DeepestNesting = 2000;
constexpr int Comparisons = 60;  // the level of the operators that form chains

struct Operator {
  std::string_view text;
  int level;  // as in expressions at run time (03 §2)
  Op op;      // of numbers
};
constexpr Operator operators[] = {
    {"*", 80, Op::Mul},          {"/", 80, Op::Div},          {"%", 80, Op::Mod},
    {"+", 70, Op::Add},          {"-", 70, Op::Sub},          {"++", 70, Op::Count},
    {"<", Comparisons, Op::Lt},  {"<=", Comparisons, Op::Le}, {">", Comparisons, Op::Gt},
    {">=", Comparisons, Op::Ge}, {"==", Comparisons, Op::Eq}, {"!=", Comparisons, Op::Ne},
    {"&&", 50, Op::Count},       {"||", 40, Op::Count},
};

const Operator* operatorOf(const Form* form) {
  for (const Operator& o : operators)
    if (isSymbol(form, o.text)) return &o;
  return nullptr;
}
const Operator* operatorNamed(std::string_view text) {
  return std::ranges::find(operators, text, &Operator::text);
}

bool isOneOf(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, text) != words.end();
}
/// Definitions, which are emitted as they are.
bool isDefinition(std::string_view head) { return hasTrait(head, form_trait::Hoisted); }
/// Heads that keep an operator behind them from making the form infix.
bool isInfixExempt(std::string_view head) {
  return hasTrait(head, form_trait::Hoisted | form_trait::Prefix);
}

bool isTrue(const Form* value) {
  return value->kind != FormKind::Nil && value->kind != FormKind::False &&
         value->kind != FormKind::Void && value->kind != FormKind::NotFound;
}
bool isNumber(const Form* value) {
  return value->kind == FormKind::Int || value->kind == FormKind::Float;
}
double toDouble(const Form* value) {
  return value->kind == FormKind::Int ? static_cast<double>(as<IntForm>(*value).value)
                                      : as<FloatForm>(*value).value;
}

/// name: T without the colon.
Symbol declaredName(const Form* form, bool* typed) {
  std::string_view text = symbolOf(form).text();
  *typed = text.size() > 1 && text.ends_with(':');
  if (*typed) text.remove_suffix(1);
  return Symbol::of(text);
}

class Evaluator {
 public:
  Evaluator(Arena& arena, DiagnosticEngine& diagnostics, std::vector<std::string>* environment)
      : arena_(arena), diagnostics_(diagnostics), environment_(environment) {}

  /// The definitions that the block emits, in order.
  std::vector<Form*> run(const GeneForm& block) {
    emitted_.clear();
    sequence(block.children, block.loc);
    return std::move(emitted_);
  }

 private:
  using Value = Form*;  // null: an error was reported

  Value fail(Location loc, std::string_view message) {
    diagnostics_.report(loc, Diag::Comptime, {message});
    return nullptr;
  }
  Value nil(Location loc) { return arena_.make<Form>(FormKind::Nil, loc); }
  Value truth(bool value, Location loc) {
    return arena_.make<Form>(value ? FormKind::True : FormKind::False, loc);
  }
  Value string(std::string_view text, Location loc) {
    return arena_.make<StringForm>(FormKind::String, loc, arena_.copy(text));
  }

  Value sequence(Span<Form* const> forms, Location loc) {
    Value last = nil(loc);
    for (Form* form : forms)
      if (!(last = evaluate(form))) return nullptr;
    return last;
  }

  Value evaluate(Form* form) {
    switch (form->kind) {
      case FormKind::Symbol: return variable(symbolOf(form), form->loc);
      case FormKind::Quote: return as<QuoteForm>(*form).value;
      case FormKind::Unquote: return evaluate(as<QuoteForm>(*form).value);
      case FormKind::Array: {
        std::vector<Form*> items;
        if (!all(as<ArrayForm>(*form).items, items)) return nullptr;
        return arena_.make<ArrayForm>(form->loc, arena_.copy(Span<Form*>(items)));
      }
      case FormKind::HashMap: {
        std::vector<Form*> items;
        if (!all(as<HashMapForm>(*form).items, items)) return nullptr;
        return arena_.make<HashMapForm>(form->loc, arena_.copy(Span<Form*>(items)));
      }
      case FormKind::Map: {
        std::vector<Property> properties;
        for (const Property& p : as<MapForm>(*form).properties) {
          const Value value = evaluate(p.value);
          if (!value) return nullptr;
          properties.push_back({p.key, value, p.loc});
        }
        return arena_.make<MapForm>(form->loc, arena_.copy(Span<Property>(properties)));
      }
      case FormKind::Gene: {
        if (depth_ == DeepestNesting)
          return fail(form->loc, "code is nested more than " + std::to_string(DeepestNesting) +
                                     " levels deep");
        depth_++;
        const Value value = gene(form);
        depth_--;
        return value;
      }
#define ATOM(name) case FormKind::name:
#include "frontend/syntax/FormKinds.def"
      case FormKind::Path: return form;
    }
    GENE_UNREACHABLE("form kind");
  }

  bool all(Span<Form* const> forms, std::vector<Form*>& values) {
    for (Form* form : forms) {
      const Value value = evaluate(form);
      if (!value) return false;
      values.push_back(value);
    }
    return true;
  }

  Value variable(Symbol name, Location loc) {
    const auto found = variables_.find(name);
    if (found != variables_.end()) return found->second;
    return fail(loc, "unknown variable " + std::string(name.text()));
  }

  Value unsupported(const Form* form) { return fail(form->loc, "unsupported expression"); }

  Value gene(Form* form) {
    const auto& g = as<GeneForm>(*form);
    const std::string_view head = symbolOf(g.head).text();
    const Span<Form* const> c = g.children;
    if (isDefinition(head)) {
      emitted_.push_back(form);
      return nil(form->loc);
    }
    if (c.size() == 2 && hasTrait(symbolOf(c[0]).text(), form_trait::Assigns)) return assignment(g);
    if (!c.empty() && operatorOf(c[0]) && !isInfixExempt(head)) return infix(g);
    if (head == "do") return sequence(c, form->loc);
    if (head == "comptime") return sequence(c, form->loc) ? nil(form->loc) : nullptr;
    if (head == "var") return declaration(g);
    if (head == "if") return branches(c, form->loc);
    if (head == "ifel") return ifel(g);
    if (head == "not" && c.size() == 1) {
      const Value value = evaluate(c[0]);
      return value ? truth(!isTrue(value), form->loc) : nullptr;
    }
    if (head == "get_env" || head == "$env") return environment(g);
    if (const Operator* o = operatorOf(g.head); o && o->text != "%") return prefix(*o, g);
    return unsupported(form);
  }

  // --- variables -------------------------------------------------------------------------------------------------------

  Value declaration(const GeneForm& g) {
    if (g.children.empty() || symbolOf(g.children[0]).empty()) return unsupported(&g);
    bool typed;
    const Symbol name = declaredName(g.children[0], &typed);
    const size_t at = typed ? 2 : 1;
    const Value value = at < g.children.size() ? evaluate(g.children[at]) : nil(g.loc);
    if (value) variables_[name] = value;
    return value;
  }

  Value assignment(const GeneForm& g) {
    const Symbol name = symbolOf(g.head);
    if (name.empty()) return unsupported(&g);
    const std::string_view op = symbolOf(g.children[0]).text();
    Value value = evaluate(g.children[1]);
    if (value && op != "=") {
      const auto old = variables_.find(name);
      value = operate(*operatorNamed(op.substr(0, 1)),
                      old == variables_.end() ? nil(g.loc) : old->second, value, g.loc);
    }
    if (value) variables_[name] = value;
    return value;
  }

  /// (get_env "N" default), ($env "N" default)
  Value environment(const GeneForm& g) {
    if (g.children.empty() || g.children.size() > 2) return unsupported(&g);
    const bool isName =
        g.children[0]->kind == FormKind::Symbol && !variables_.contains(symbolOf(g.children[0]));
    const Value name = isName ? g.children[0] : evaluate(g.children[0]);
    if (!name) return nullptr;
    if (name->kind != FormKind::String && name->kind != FormKind::Symbol)
      return fail(g.children[0]->loc, "get_env requires a string variable name");
    const std::string text(name->kind == FormKind::String ? as<StringForm>(*name).text
                                                          : symbolOf(name).text());
    if (!sandbox::allowsName(Permission::Env, text))
      return fail(g.children[0]->loc, sandbox::refusal(Permission::Env, text));
    const char* value = std::getenv(text.c_str());
    if (environment_) environment_->push_back(text + '=' + (value ? value : ""));
    if (value && *value) return string(value, g.loc);
    return g.children.size() == 2 ? evaluate(g.children[1]) : nil(g.loc);
  }

  // --- branches --------------------------------------------------------------------------------------------------------

  /// condition [then] form… [elif …] [else …]
  Value branches(Span<Form* const> forms, Location loc) {
    bool isNegated = !forms.empty() && isSymbol(forms[0], "not");
    if (isNegated) forms = forms.subspan(1);
    if (forms.empty()) return fail(loc, "if: missing condition");
    const Value condition = evaluate(forms[0]);
    if (!condition) return nullptr;
    forms = forms.subspan(1);
    if (!forms.empty() && isSymbol(forms[0], "then")) forms = forms.subspan(1);
    size_t end = 0;
    while (end < forms.size() && !isSymbol(forms[end], "elif") && !isSymbol(forms[end], "else"))
      end++;
    if (isTrue(condition) != isNegated) return sequence(forms.first(end), loc);
    if (end == forms.size()) return nil(loc);
    const bool isElse = isSymbol(forms[end], "else");
    forms = forms.subspan(end + 1);
    return isElse ? sequence(forms, loc) : branches(forms, loc);
  }

  Value ifel(const GeneForm& g) {
    const Span<Form* const> c = g.children;
    if (c.size() < 2 || c.size() > 3)
      return fail(g.loc, "ifel: expected condition, then expression, and optional else expression");
    const Value condition = evaluate(c[0]);
    if (!condition) return nullptr;
    if (isTrue(condition)) return evaluate(c[1]);
    return c.size() == 3 ? evaluate(c[2]) : nil(g.loc);
  }

  // --- operators -------------------------------------------------------------------------------------------------------

  /// a op b op c …, by precedence.
  Value infix(const GeneForm& g) {
    std::vector<Form*> parts{g.head};
    parts.insert(parts.end(), g.children.begin(), g.children.end());
    if (parts.size() % 2 == 0) return fail(g.loc, "Incomplete infix expression");
    for (size_t i = 1; i < parts.size(); i += 2)
      if (!operatorOf(parts[i])) return unsupported(parts[i]);
    size_t at = 0;
    const Value first = evaluate(parts[at++]);
    return first ? climb(parts, at, first, 0) : nullptr;
  }

  /// Takes operators of `level` and above behind `lhs`.
  Value climb(Span<Form* const> parts, size_t& at, Value lhs, int level) {
    while (at < parts.size() && operatorOf(parts[at])->level >= level) {
      const Operator& o = *operatorOf(parts[at++]);
      const bool isLogical = o.text == "&&" || o.text == "||";
      const bool isDecided = isLogical && isTrue(lhs) == (o.text == "||");
      if (isDecided) {  // the other side is not evaluated
        at++;
        while (at < parts.size() && operatorOf(parts[at])->level > o.level) at += 2;
        lhs = truth(o.text == "||", lhs->loc);
        continue;
      }
      if (o.level == Comparisons) {
        at--;
        if (!(lhs = comparisons(parts, at, lhs))) return nullptr;
        continue;
      }
      Value rhs = evaluate(parts[at++]);
      if (rhs) rhs = climb(parts, at, rhs, o.level + 1);
      if (!rhs || !(lhs = operate(o, lhs, rhs, parts[at - 1]->loc))) return nullptr;
    }
    return lhs;
  }

  /// a < b <= c: stops at the first that is false.
  Value comparisons(Span<Form* const> parts, size_t& at, Value lhs) {
    bool holds = true;
    while (at < parts.size() && operatorOf(parts[at])->level == Comparisons) {
      const Operator& o = *operatorOf(parts[at++]);
      if (!holds) {
        at++;
        while (at < parts.size() && operatorOf(parts[at])->level > Comparisons) at += 2;
        continue;
      }
      Value rhs = evaluate(parts[at++]);
      if (rhs) rhs = climb(parts, at, rhs, Comparisons + 1);
      Value result = rhs ? operate(o, lhs, rhs, parts[at - 1]->loc) : nullptr;
      if (!result) return nullptr;
      holds = isTrue(result);
      lhs = rhs;
    }
    return truth(holds, parts[at - 1]->loc);
  }

  Value prefix(const Operator& o, const GeneForm& g) {
    const bool takesMany = isOneOf(o.text, {"+", "-", "*", "/", "++"});
    const size_t count = g.children.size();
    if (count == 0 || (count != 2 && !takesMany)) return unsupported(&g);
    if (o.text == "&&" || o.text == "||") {
      Form* parts[] = {g.children[0], g.head, g.children[1]};
      size_t at = 1;
      const Value first = evaluate(parts[0]);
      return first ? climb(parts, at, first, 0) : nullptr;
    }
    std::vector<Form*> values;
    if (!all(g.children, values)) return nullptr;
    if (count == 1) {
      IntForm neutral(g.loc, o.text == "*" || o.text == "/" ? 1 : 0);
      if (o.text == "++") return concat(o, string("", g.loc), values[0], g.loc);
      return operate(o, &neutral, values[0], g.loc);
    }
    Value result = values[0];
    for (size_t i = 1; i < count && result; i++) result = operate(o, result, values[i], g.loc);
    return result;
  }

  Value operate(const Operator& o, Value a, Value b, Location loc) {
    if (o.text == "&&" || o.text == "||")
      return truth(isTrue(b), loc);  // the left side left it open
    if (o.text == "++") return concat(o, a, b, loc);
    if (o.text == "==") return truth(areEqual(*a, *b), loc);
    if (o.text == "!=") return truth(!areEqual(*a, *b), loc);
    if (o.level == Comparisons) return compare(o, a, b, loc);
    if (!isNumber(a) || !isNumber(b)) return fail(loc, std::string(o.text) + " expects numbers");
    if (a->kind == FormKind::Int && b->kind == FormKind::Int && o.op != Op::Div) {
      const auto result = ir::onInts(o.op, as<IntForm>(*a).value, as<IntForm>(*b).value);
      if (result) return arena_.make<IntForm>(loc, *result);
      return fail(loc, o.op == Op::Mod ? "modulo by zero" : "integer overflow");
    }
    return arena_.make<FloatForm>(loc, *ir::onFloats(o.op, toDouble(a), toDouble(b)));
  }

  Value concat(const Operator& o, Value a, Value b, Location loc) {
    if (a->kind != FormKind::String || b->kind != FormKind::String)
      return fail(loc, std::string(o.text) + " expects strings");
    return string(std::string(as<StringForm>(*a).text) + std::string(as<StringForm>(*b).text), loc);
  }

  Value compare(const Operator& o, Value a, Value b, Location loc) {
    const bool strings = a->kind == FormKind::String && b->kind == FormKind::String;
    if (!strings && !(isNumber(a) && isNumber(b)))
      return fail(loc, "comparison expects numbers or strings");
    const auto order = strings ? as<StringForm>(*a).text.compare(as<StringForm>(*b).text) <=> 0
                               : std::strong_ordering::equal;
    const std::partial_ordering result = strings ? std::partial_ordering(order) : numbers(a, b);
    return truth((o.op == Op::Lt && result < 0) || (o.op == Op::Le && result <= 0) ||
                     (o.op == Op::Gt && result > 0) || (o.op == Op::Ge && result >= 0),
                 loc);
  }

  static std::partial_ordering numbers(const Form* a, const Form* b) {
    if (a->kind == FormKind::Int && b->kind == FormKind::Int)
      return as<IntForm>(*a).value <=> as<IntForm>(*b).value;
    return toDouble(a) <=> toDouble(b);
  }

  static bool areEqual(Span<Form* const> a, Span<Form* const> b) {
    return std::ranges::equal(a, b, [](const Form* x, const Form* y) { return areEqual(*x, *y); });
  }
  static bool areEqual(Span<const Property> a, Span<const Property> b) {
    return a.size() == b.size() && std::ranges::all_of(a, [&](const Property& p) {
             const auto other = std::ranges::find(b, p.key, &Property::key);
             return other != b.end() && areEqual(*p.value, *other->value);
           });
  }
  /// Same contents; an Int and a Float are compared as numbers.
  static bool areEqual(const Form& a, const Form& b) {
    if (isNumber(&a) && isNumber(&b)) return numbers(&a, &b) == 0;
    if (a.kind != b.kind) return false;
    if (a.kind == FormKind::Array) return areEqual(as<ArrayForm>(a).items, as<ArrayForm>(b).items);
    if (a.kind == FormKind::HashMap)
      return areEqual(as<HashMapForm>(a).items, as<HashMapForm>(b).items);
    if (a.kind == FormKind::Map)
      return areEqual(as<MapForm>(a).properties, as<MapForm>(b).properties);
    if (a.kind == FormKind::Gene)
      return areEqual(*as<GeneForm>(a).head, *as<GeneForm>(b).head) &&
             areEqual(as<GeneForm>(a).properties, as<GeneForm>(b).properties) &&
             areEqual(as<GeneForm>(a).children, as<GeneForm>(b).children);
    return printForm(a) == printForm(b);
  }

  Arena& arena_;
  DiagnosticEngine& diagnostics_;
  std::vector<std::string>* environment_;
  std::unordered_map<Symbol, Value> variables_;
  std::vector<Form*> emitted_;
  int depth_ = 0;
};

}  // namespace

Span<Form*> expandComptime(Span<Form*> forms, Arena& arena, DiagnosticEngine& diagnostics,
                           std::vector<std::string>* environment) {
  const auto isBlock = [](const Form* form) {
    return form->kind == FormKind::Gene && isSymbol(as<GeneForm>(*form).head, "comptime");
  };
  if (std::ranges::none_of(forms, isBlock)) return forms;
  Evaluator evaluator(arena, diagnostics, environment);
  std::vector<Form*> result;
  for (Form* form : forms) {
    if (!isBlock(form)) {
      result.push_back(form);
      continue;
    }
    const std::vector<Form*> emitted = evaluator.run(as<GeneForm>(*form));
    result.insert(result.end(), emitted.begin(), emitted.end());
  }
  return arena.copy(Span<Form*>(result));
}

}  // namespace gene
