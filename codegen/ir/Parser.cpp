// IR text to IR. The project's reader is the lexer; this file walks its forms. Names may be used before they are
// defined (blocks, functions, values across blocks), so a function is read in two passes.

#include <cstdio>
#include <unordered_map>

#include "codegen/ir/Phases.h"
#include "codegen/ir/Printer.h"
#include "frontend/syntax/Reader.h"

namespace gene::ir {
namespace {

class Parser {
 public:
  Parser(Program& program, DiagnosticEngine& diagnostics)
      : program_(program), diagnostics_(diagnostics) {}

  void parse(Span<Form*> forms) {
    for (Form* form : forms) {
      const auto* gene = expectGene(form);
      if (!gene) continue;
      if (isSymbol(gene->head, "func"))
        declareFunction(*gene);
      else if (isSymbol(gene->head, "global"))
        declareGlobal(*gene);
      else if (isSymbol(gene->head, "import"))
        declareImport(*gene);
      else if (isSymbol(gene->head, "export"))
        exports_.push_back(gene);
      else
        error(form->loc, "expected (func …), (global …), (import …) or (export …)");
    }
    for (const GeneForm* gene : exports_) declareExport(*gene);
    for (auto [global, label] : globalFunctions_) global->function = function(label);
    for (auto [target, gene] : bodies_) body(*target, *gene);
  }

 private:
  void error(Location loc, std::string_view text) {
    diagnostics_.report(loc, Diag::IrSyntax, {text});
  }

  const GeneForm* expectGene(const Form* form) {
    if (form->kind == FormKind::Gene) return &as<GeneForm>(*form);
    error(form->loc, "expected a form in parentheses");
    return nullptr;
  }
  static const Form* property(const GeneForm& gene, std::string_view key) {
    for (const Property& p : gene.properties)
      if (p.key.text() == key) return p.value;
    return nullptr;
  }
  static bool flag(const GeneForm& gene, std::string_view key) {
    const Form* value = property(gene, key);
    return value && value->kind == FormKind::True;
  }
  Symbol text(const Form* form) {
    if (form->kind == FormKind::String) return Symbol::of(as<StringForm>(*form).text);
    error(form->loc, "expected a string");
    return {};
  }
  Symbol name(const Form* form) {
    if (form && form->kind == FormKind::Symbol) return as<SymbolForm>(*form).symbol;
    if (form && form->kind == FormKind::Nil) return Symbol::of("nil");
    if (form) error(form->loc, "expected a name");
    return {};
  }

  // --- declarations ------------------------------------------------------------------------------------------------------

  void declareGlobal(const GeneForm& gene) {
    if (gene.children.empty()) return error(gene.loc, "a global has a name");
    const Symbol label = name(gene.children[0]);
    const Form* own = property(gene, "name");
    const Form* from = property(gene, "from");
    Global* global = from ? program_.importGlobal(text(from), name(property(gene, "exported")))
                          : program_.addGlobal(own ? name(own) : label, gene.loc);
    global->external = flag(gene, "external");
    global->builtin = flag(gene, "builtin");
    global->constant = flag(gene, "constant");
    global->isOwn = flag(gene, "own");
    if (const Form* f = property(gene, "function")) globalFunctions_.emplace_back(global, f);
    globals_[label] = global;
  }

  /// (import LABEL "module"): the body of another module.
  void declareImport(const GeneForm& gene) {
    if (gene.children.size() != 2) return error(gene.loc, "expected (import NAME \"module\")");
    const Symbol label = name(gene.children[0]);
    functions_[label] = program_.importBody(text(gene.children[1]), label, gene.loc);
  }

  /// (export NAME GLOBAL)
  void declareExport(const GeneForm& gene) {
    if (gene.children.size() != 2) return error(gene.loc, "expected (export NAME GLOBAL)");
    if (Global* global = globalNamed(gene.children[1]))
      program_.addExport(name(gene.children[0]), global);
  }

  void declareFunction(const GeneForm& gene) {
    if (gene.children.size() < 2 || gene.children[1]->kind != FormKind::Array)
      return error(gene.loc, "a function has a name and an array of slots");
    const Form* own = property(gene, "name");
    Function* f = program_.addFunction(own ? name(own) : Symbol{}, gene.loc);
    if (!functions_.emplace(name(gene.children[0]), f).second)
      error(gene.loc, "two functions of this name");
    for (const Form* slot : as<ArrayForm>(*gene.children[1]).items)
      f->params.push_back(slotSpec(slot));
    if (const Form* captures = property(gene, "captures");
        captures && captures->kind == FormKind::Int)
      f->captureCount = static_cast<uint32_t>(as<IntForm>(*captures).value);
    f->isMacro = flag(gene, "macro");
    f->isMethod = flag(gene, "method");
    f->isCtor = flag(gene, "ctor");
    f->isBlock = flag(gene, "block");
    f->isDirect = flag(gene, "direct");
    if (const Form* result = property(gene, "result")) f->result = rep(result);
    bodies_.emplace_back(f, &gene);
  }

  ParamSpec slotSpec(const Form* form) {
    ParamSpec spec;
    if (form->kind != FormKind::Gene) {
      spec.name = name(form);
      return spec;
    }
    const auto& gene = as<GeneForm>(*form);
    spec.name = name(gene.head);
    spec.optional = flag(gene, "optional");
    const Form* kind = property(gene, "kind");
    static constexpr const char* kinds[] = {"self", "positional", "rest", "keyword",
                                            "keyword-rest"};
    for (size_t i = 0; kind && i < std::size(kinds); i++)
      if (isSymbol(kind, kinds[i])) spec.kind = static_cast<SlotKind>(i);
    return spec;
  }

  Function* function(const Form* label) {
    auto it = functions_.find(name(label));
    if (it != functions_.end()) return it->second;
    error(label->loc, "no function of this name");
    return nullptr;
  }

  Global* globalNamed(const Form* label) {
    auto it = globals_.find(name(label));
    if (it != globals_.end()) return it->second;
    error(label->loc, "no global of this name");
    return nullptr;
  }

  // --- bodies ------------------------------------------------------------------------------------------------------------

  void body(Function& f, const GeneForm& gene) {
    blocks_.clear();
    values_.clear();
    const Span<Form*> blockForms = gene.children.subspan(2);
    std::vector<std::pair<Block*, const GeneForm*>> all;
    for (const Form* form : blockForms) {
      const auto* b = expectGene(form);
      if (!b) continue;
      if (!isSymbol(b->head, "block") || b->children.size() < 2 ||
          b->children[1]->kind != FormKind::Array) {
        error(form->loc, "expected (block NAME [params] instructions…)");
        continue;
      }
      const Symbol label = name(b->children[0]);
      Block* block = f.addBlock(label);
      if (!blocks_.emplace(label, block).second) error(form->loc, "two blocks of this name");
      for (const Form* p : as<ArrayForm>(*b->children[1]).items) blockParam(*block, p);
      all.emplace_back(block, b);
    }
    if (all.empty()) return error(gene.loc, "a function has blocks");
    // Instructions first, so that operands may refer to results of later blocks.
    std::vector<std::pair<Instruction*, const GeneForm*>> instructions;
    for (auto [block, b] : all)
      for (const Form* form : b->children.subspan(2))
        if (const auto* i = expectGene(form)) declareInstruction(*block, *i, instructions);
    for (auto [inst, form] : instructions) fill(*inst, *form);
  }

  /// int|float, instance-3-5, any, value, none
  Type type(const Form* form) {
    const std::string text = printForm(*form);
    if (text == "any") return Type::any();
    if (text == "value") return Type::value();
    Type result = Type::none();
    if (text == "none") return result;
    for (size_t from = 0; from <= text.size();) {
      const size_t bar = std::min(text.find('|', from), text.size());
      const std::string_view word = std::string_view(text).substr(from, bar - from);
      Type one = Type::named(word);
      if (word.starts_with("instance-")) one = instances(word);
      if (one.isNone()) error(form->loc, "unknown type");
      result = result | one;
      from = bar + 1;
    }
    return result;
  }

  /// instance-FIRST-LAST
  static Type instances(std::string_view word) {
    unsigned first = 0, last = 0;
    const std::string text(word);
    int end = 0;
    if (std::sscanf(text.c_str(), "instance-%5u-%5u%n", &first, &last, &end) != 2 ||
        static_cast<size_t>(end) != text.size() || first > last || last > Type::LastClass)
      return Type::none();
    return Type::instanceOf(static_cast<uint16_t>(first), static_cast<uint16_t>(last));
  }

  void facts(Value& value, const GeneForm& gene) {
    if (const Form* t = property(gene, "type")) value.type = type(t);
    if (const Form* r = property(gene, "rep")) value.rep = rep(r);
    value.small = flag(gene, "small");
  }

  Rep rep(const Form* form) {
    if (isSymbol(form, "i64")) return Rep::I64;
    if (isSymbol(form, "f64")) return Rep::F64;
    if (isSymbol(form, "i1")) return Rep::I1;
    if (!isSymbol(form, "boxed")) error(form->loc, "unknown representation");
    return Rep::Boxed;
  }

  void blockParam(Block& block, const Form* form) {
    auto* param = program_.arena.make<Param>(&block, block.params.size());
    block.params.push_back(program_.arena, param);
    if (form->kind == FormKind::Gene) {
      facts(*param, as<GeneForm>(*form));
      form = as<GeneForm>(*form).head;
    }
    values_[name(form)] = param;
  }

  void declareInstruction(Block& block, const GeneForm& gene,
                          std::vector<std::pair<Instruction*, const GeneForm*>>& all) {
    const bool assigns = !gene.children.empty() && isSymbol(gene.children[0], "=");
    const Form* mnemonic = assigns && gene.children.size() > 1 ? gene.children[1] : gene.head;
    const std::string text = printForm(*mnemonic);
    for (size_t i = 0; i < OpCount; i++) {
      const InstInfo& row = info(static_cast<Op>(i));
      if (row.mnemonic != text) continue;
      if (row.hasResult != assigns)
        return error(gene.loc,
                     assigns ? "this instruction has no result" : "this instruction has a result");
      auto* inst = program_.arena.make<Instruction>(static_cast<Op>(i), gene.loc);
      inst->block = &block;
      inst->tail = flag(gene, "tail");
      inst->nowrap = flag(gene, "nowrap");
      inst->nonnegative = flag(gene, "nonnegative");
      facts(*inst, gene);
      block.instructions.push_back(program_.arena, inst);
      if (assigns && !values_.emplace(name(gene.head), inst).second)
        error(gene.loc, "two values of this name");
      all.emplace_back(inst, &gene);
      return;
    }
    error(mnemonic->loc, "unknown instruction");
  }

  void fill(Instruction& inst, const GeneForm& gene) {
    const InstInfo& row = inst.info();
    Span<Form*> rest = gene.children.subspan(row.hasResult ? 2 : 0);
    std::vector<Immediate> immediates;
    for (size_t i = 0; i < row.immediateCount && row.immediates[i] != ImmKind::Cache; i++) {
      if (rest.empty()) return error(gene.loc, "an immediate operand is missing");
      immediates.push_back(immediate(row.immediates[i], rest[0]));
      rest = rest.subspan(1);
    }
    inst.immediates = program_.arena.copy(Span<const Immediate>(immediates));
    std::vector<Value*> operands;
    const size_t count = row.terminator || !row.variadic ? row.fixedOperands : rest.size();
    if (rest.size() < count || rest.size() < row.fixedOperands)
      return error(gene.loc, "an operand is missing");
    for (const Form* form : rest.first(count)) operands.push_back(operand(form));
    rest = rest.subspan(count);
    inst.operands = program_.arena.copy(Span<Value* const>(operands));
    if (!row.terminator && !rest.empty()) return error(rest[0]->loc, "too many operands");
    inst.successors = {program_.arena.array<Edge>(rest.size()), rest.size()};
    for (size_t i = 0; i < rest.size(); i++) edge(*new (&inst.successors[i]) Edge, rest[i]);
    if (const Form* handler = property(gene, "handler")) {
      inst.handler = program_.arena.make<Edge>();
      edge(*inst.handler, handler);
    }
  }

  void edge(Edge& e, const Form* form) {
    Span<Form*> args;
    const Form* target = form;
    if (form->kind == FormKind::Gene) {
      target = as<GeneForm>(*form).head;
      args = as<GeneForm>(*form).children;
    }
    auto it = blocks_.find(name(target));
    if (it == blocks_.end()) return error(form->loc, "no block of this name");
    e.target = it->second;
    for (const Form* arg : args) e.args.push_back(program_.arena, operand(arg));
  }

  Value* operand(const Form* form) {
    switch (form->kind) {
      case FormKind::Symbol: {
        const Symbol s = as<SymbolForm>(*form).symbol;
        if (auto it = values_.find(s); it != values_.end()) return it->second;
        if (s == sym::Underscore) return program_.constant(ConstantKind::Placeholder);
        if (s.text() == "absent") return program_.constant(ConstantKind::Absent);
        error(form->loc, "no value of this name");
        return program_.constant(ConstantKind::Nil);
      }
      case FormKind::Quote: {
        const Form* inner = as<QuoteForm>(*form).value;
        if (inner->kind == FormKind::Symbol) return program_.symbol(as<SymbolForm>(*inner).symbol);
        return program_.literal(inner);
      }
      default: return program_.literal(form);
    }
  }

  Immediate immediate(ImmKind kind, const Form* form) {
    Immediate imm;
    switch (kind) {
      case ImmKind::Int:
        if (form->kind == FormKind::Int)
          imm.integer = as<IntForm>(*form).value;
        else
          error(form->loc, "expected an integer");
        break;
      case ImmKind::Symbol:
        imm.symbol = form->kind == FormKind::Path ? Symbol::of(printForm(*form)) : name(form);
        break;
      case ImmKind::Function: imm.function = function(form); break;
      case ImmKind::Global: imm.global = globalNamed(form); break;
      case ImmKind::Shape: {
        std::vector<CallShape::Arg> args;
        if (form->kind != FormKind::Array) {
          error(form->loc, "expected an array of argument kinds");
          break;
        }
        for (const Form* item : as<ArrayForm>(*form).items) {
          const std::string_view text = symbolOf(item).text();
          if (text == "_")
            args.push_back({ArgKind::Positional, {}});
          else if (text == "...")
            args.push_back({ArgKind::Spread, {}});
          else if (text == "^...")
            args.push_back({ArgKind::KeywordSpread, {}});
          else if (text.starts_with('^'))
            args.push_back({ArgKind::Keyword, Symbol::of(text.substr(1))});
          else
            error(item->loc, "expected _, ..., ^name or ^...");
        }
        imm.shape = program_.shape(args);
        break;
      }
      case ImmKind::Form:
        if (form->kind == FormKind::Quote)
          imm.form = as<QuoteForm>(*form).value;
        else
          error(form->loc, "expected a quoted form");
        break;
      case ImmKind::Cache: break;
    }
    return imm;
  }

  Program& program_;
  DiagnosticEngine& diagnostics_;
  std::unordered_map<Symbol, Function*> functions_;
  std::unordered_map<Symbol, Global*> globals_;
  std::vector<std::pair<Global*, const Form*>> globalFunctions_;
  std::vector<const GeneForm*> exports_;
  std::vector<std::pair<Function*, const GeneForm*>> bodies_;
  std::unordered_map<Symbol, Block*> blocks_;
  std::unordered_map<Symbol, Value*> values_;
};

}  // namespace

namespace {

/// The name in (module "name"), or empty.
std::string_view moduleName(const Form* form) {
  if (form->kind != FormKind::Gene || !isSymbol(as<GeneForm>(*form).head, "module")) return {};
  const Span<Form* const> parts = as<GeneForm>(*form).children;
  const bool isNamed = parts.size() == 1 && parts[0]->kind == FormKind::String;
  return isNamed ? as<StringForm>(*parts[0]).text : std::string_view{};
}

}  // namespace

std::unique_ptr<Program> parseProgram(SourceManager& sources, Location start,
                                      DiagnosticEngine& diagnostics) {
  auto program = std::make_unique<Program>(sources);
  program->mainFile = sources.name(start);
  const Span<Form*> forms = readForms(start, program->arena, diagnostics);
  if (diagnostics.hasErrors()) return nullptr;
  // (module "name") begins another module; what stands before the second one is the main one.
  Program* module = program.get();
  for (size_t from = 0, to; from < forms.size(); from = to) {
    if (const std::string_view name = moduleName(forms[from]); !name.empty()) {
      if (from != 0) module = program->modules.emplace_back(&program->newModule());
      module->mainFile = name;
      from++;
    }
    for (to = from; to < forms.size() && moduleName(forms[to]).empty();) to++;
    Parser(*module, diagnostics).parse(forms.subspan(from, to - from));
    if (diagnostics.hasErrors()) return nullptr;
    module->phase = phaseOf(*module);
  }
  return program;
}

Function* parseFunction(Program& program, Location start, DiagnosticEngine& diagnostics) {
  const Span<Form*> forms = readForms(start, program.arena, diagnostics);
  if (diagnostics.hasErrors()) return nullptr;
  Parser(program, diagnostics).parse(forms);
  return diagnostics.hasErrors() ? nullptr : program.functions.back();
}

}  // namespace gene::ir
