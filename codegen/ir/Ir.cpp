#include "codegen/ir/Ir.h"

#include <algorithm>
#include <array>
#include <bit>
#include <deque>
#include <memory>
#include <unordered_map>

#include "runtime/abi/InstructionRows.h"

namespace gene::ir {
namespace {

constexpr Type typeNamed(std::string_view name) {
  if (name == "Any") return Type::any();
#define TYPE(Name, text) \
  if (name == #Name) return Type::Name();
#include "codegen/ir/Types.def"
  return Type::none();
}

constexpr InstInfo table[] = {
#define INST(Name, mnemonic, operands, immediates, result, ...) \
  {rowOf(Op::Name), typeNamed(#result)},
#include "runtime/abi/Instructions.def"
};

constexpr bool resultsAreTypes() {
  for (const InstInfo& info : table)
    if (info.hasResult == info.result.isNone()) return false;
  return true;
}
static_assert(resultsAreTypes(), "a result is Any, None or a name of Types.def");

}  // namespace

const InstInfo& info(Op op) { return table[static_cast<size_t>(op)]; }

// --- functions -------------------------------------------------------------------------------------------------------------

Block* Function::addBlock(Symbol blockName) {
  auto* block = program->arena.make<Block>(this, blockName);
  block->index = static_cast<uint32_t>(blocks.size());
  blocks.push_back(block);
  return block;
}

void Function::renumberBlocks() {
  for (uint32_t i = 0; i < blocks.size(); i++) blocks[i]->index = i;
}

// --- programs --------------------------------------------------------------------------------------------------------------

struct Program::Store {
  std::deque<Function> functions;
  std::deque<Global> globals;
  std::deque<CallShape> shapes;
  std::unordered_map<Symbol, Global*> externals;
  std::unordered_map<uint64_t, Constant*> words[5];  // of Int, Float, Char, Symbol and Form
  std::unordered_map<std::string_view, Constant*> strings;
  Constant* simple[7] = {};
  std::unordered_map<uint64_t, Global*> imported;  // by module and name
  std::unordered_map<Symbol, Global*> exported;
  std::vector<std::unique_ptr<Program>> modules;
};

Program::Program(const SourceManager& from) : sources(from), store_(new Store) {}
Program::~Program() { delete store_; }

Function* Program::addFunction(Symbol name, Location loc) {
  Function* f = detachedFunction(name, loc);
  add(f);
  return f;
}

Function* Program::detachedFunction(Symbol name, Location loc) {
  Function& f = store_->functions.emplace_back(this, name);
  f.loc = loc;
  return &f;
}

Function* Program::detachedCopy(const Function& from) {
  Function& f = store_->functions.emplace_back(from);
  f.blocks.clear();
  f.enteredAs = Function::NotEntered;
  f.isContinuation = false;
  f.assignedBefore.clear();
  return &f;
}

void Program::becomeEntered() {
  isEntered = true;
  sharedGlobals = static_cast<uint32_t>(globals.size());
  for (Function* function : functions) function->enteredAs = function->index;
}

void Program::add(Function* function) {
  function->index = static_cast<uint32_t>(functions.size());
  functions.push_back(function);
}

Global* Program::addGlobal(Symbol name, Location loc) {
  Global& g = store_->globals.emplace_back();
  g.name = name;
  g.loc = loc;
  g.index = static_cast<uint32_t>(globals.size());
  globals.push_back(&g);
  return &g;
}

Global* Program::externalGlobal(Symbol name) {
  Global*& g = store_->externals[name];
  if (!g) {
    g = addGlobal(name, {});
    g->external = true;
    // genex/ai tells models what functions take (runtime/ai/Schema.h).
    if (name.text() == "genex") checksFunctionTypes = true;
  }
  return g;
}

Global* Program::importGlobal(Symbol module, Symbol exported) {
  Global*& global = store_->imported[uint64_t{module.id} << 32 | exported.id];
  if (global) return global;
  global = addGlobal(exported, {});
  global->from = module;
  global->exported = exported;
  return global;
}

Function* Program::importBody(Symbol module, Symbol name, Location loc) {
  const auto known = std::ranges::find(imports, module, &Function::from);
  if (known != imports.end()) return *known;
  Function* const function = detachedFunction(name, loc);
  function->from = module;
  imports.push_back(function);
  return function;
}

void Program::addExport(Symbol name, Global* global) {
  if (store_->exported.try_emplace(name, global).second) exports.push_back({name, global});
}

Global* Program::exported(Symbol name) const {
  const auto found = store_->exported.find(name);
  return found == store_->exported.end() ? nullptr : found->second;
}

Program& Program::newModule() {
  Program& module = *store_->modules.emplace_back(std::make_unique<Program>(sources));
  module.language = language;
  module.level = level;
  module.debug = debug;
  return module;
}

CallShape* Program::shape(Span<const CallShape::Arg> args) {
  for (CallShape* s : shapes)
    if (std::equal(s->args.begin(), s->args.end(), args.begin(), args.end())) return s;
  CallShape& s = store_->shapes.emplace_back();
  s.args.assign(args.begin(), args.end());
  s.index = static_cast<uint32_t>(shapes.size());
  shapes.push_back(&s);
  return &s;
}

// --- constants -------------------------------------------------------------------------------------------------------------

namespace {

Type typeOf(ConstantKind kind) {
  switch (kind) {
    case ConstantKind::Nil: return Type::Nil();
    case ConstantKind::Void: return Type::Void();
    case ConstantKind::True:
    case ConstantKind::False: return Type::Bool();
    case ConstantKind::NotFound:
    case ConstantKind::Placeholder: return Type::Other();
    case ConstantKind::Form: return Type::Other() | Type::Bytes();
    case ConstantKind::Absent: return Type::Absent();
    case ConstantKind::Int: return Type::Int();
    case ConstantKind::Float: return Type::Float();
    case ConstantKind::Char: return Type::Char();
    case ConstantKind::Symbol: return Type::Symbol();
    case ConstantKind::String: return Type::String();
  }
  GENE_UNREACHABLE("constant kind");
}

Constant* makeConstant(Arena& arena, ConstantKind kind) {
  auto* c = arena.make<Constant>(kind);
  c->type = typeOf(kind);
  return c;
}

}  // namespace

Constant* Program::constant(ConstantKind kind) {
  GENE_ASSERT(kind <= ConstantKind::Absent, "a constant without contents");
  Constant*& c = store_->simple[static_cast<size_t>(kind)];
  if (!c) c = makeConstant(arena, kind);
  return c;
}

Constant* Program::integer(int64_t value) {
  Constant*& c = store_->words[0][static_cast<uint64_t>(value)];
  if (!c) {
    c = makeConstant(arena, ConstantKind::Int);
    c->integer = value;
  }
  return c;
}

Constant* Program::floating(double value) {
  Constant*& c = store_->words[1][std::bit_cast<uint64_t>(value)];
  if (!c) {
    c = makeConstant(arena, ConstantKind::Float);
    c->number64 = value;
  }
  return c;
}

Constant* Program::character(char32_t value) {
  Constant*& c = store_->words[2][value];
  if (!c) {
    c = makeConstant(arena, ConstantKind::Char);
    c->integer = value;
  }
  return c;
}

Constant* Program::symbol(Symbol value) {
  Constant*& c = store_->words[3][value.id];
  if (!c) {
    c = makeConstant(arena, ConstantKind::Symbol);
    c->symbol = value;
  }
  return c;
}

Constant* Program::string(std::string_view text) {
  if (auto it = store_->strings.find(text); it != store_->strings.end()) return it->second;
  Constant* c = makeConstant(arena, ConstantKind::String);
  c->text = arena.copy(text);
  store_->strings.emplace(c->text, c);
  return c;
}

bool Program::owns(const Constant* c) const {
  auto word = [&](size_t kind, uint64_t key) {
    auto it = store_->words[kind].find(key);
    return it != store_->words[kind].end() && it->second == c;
  };
  switch (c->constantKind) {
    case ConstantKind::Int: return word(0, static_cast<uint64_t>(c->integer));
    case ConstantKind::Float: return word(1, std::bit_cast<uint64_t>(c->number64));
    case ConstantKind::Char: return word(2, static_cast<uint64_t>(c->integer));
    case ConstantKind::Symbol: return word(3, c->symbol.id);
    case ConstantKind::Form: return word(4, reinterpret_cast<uint64_t>(c->form));
    case ConstantKind::String: {
      auto it = store_->strings.find(c->text);
      return it != store_->strings.end() && it->second == c;
    }
    default: return store_->simple[static_cast<size_t>(c->constantKind)] == c;
  }
}

Constant* Program::literal(const Form* form) {
  switch (form->kind) {
    case FormKind::Nil: return constant(ConstantKind::Nil);
    case FormKind::Void: return constant(ConstantKind::Void);
    case FormKind::True: return constant(ConstantKind::True);
    case FormKind::False: return constant(ConstantKind::False);
    case FormKind::NotFound: return constant(ConstantKind::NotFound);
    case FormKind::Int: return integer(as<IntForm>(*form).value);
    case FormKind::Float: return floating(as<FloatForm>(*form).value);
    case FormKind::Char: return character(as<CharForm>(*form).value);
    case FormKind::String: return string(as<StringForm>(*form).text);
    case FormKind::Symbol: {
      const Symbol s = as<SymbolForm>(*form).symbol;
      return s == sym::Underscore ? constant(ConstantKind::Placeholder) : symbol(s);
    }
    default: {
      Constant*& c = store_->words[4][reinterpret_cast<uint64_t>(form)];
      if (!c) {
        c = makeConstant(arena, ConstantKind::Form);
        c->form = form;
      }
      return c;
    }
  }
}

}  // namespace gene::ir
