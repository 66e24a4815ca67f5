#include "codegen/ir/Ir.h"

#include <array>
#include <bit>

namespace gene::ir {
namespace {

// --- Instructions.def, decoded while compiling ---------------------------------------------------------------------------

constexpr Type typeNamed(std::string_view name) {
  if (name == "Any") return Type::any();
  if (name == "None") return Type::none();
#define TYPE(Name, text) \
  if (name == #Name) return Type::Name();
#include "codegen/ir/Types.def"
  return Type::none();
}

constexpr ImmKind immediateNamed(std::string_view kind) {
  if (kind == "int") return ImmKind::Int;
  if (kind == "symbol") return ImmKind::Symbol;
  if (kind == "function") return ImmKind::Function;
  if (kind == "global") return ImmKind::Global;
  if (kind == "shape") return ImmKind::Shape;
  if (kind == "form") return ImmKind::Form;
  return ImmKind::Cache;
}

/// Calls f(word) for each blank-separated word.
template <class F>
constexpr void forEachWord(std::string_view text, F&& f) {
  while (!text.empty()) {
    const size_t blank = text.find(' ');
    const std::string_view word = text.substr(0, blank);
    if (!word.empty()) f(word);
    text = blank == std::string_view::npos ? std::string_view{} : text.substr(blank + 1);
  }
}

constexpr InstInfo decode(std::string_view name, std::string_view mnemonic,
                          std::string_view operands, std::string_view immediates,
                          std::string_view result, std::string_view effects, const char* entry) {
  InstInfo info;
  info.name = name;
  info.mnemonic = mnemonic;
  forEachWord(operands, [&](std::string_view word) {
    if (word.ends_with("..."))
      info.variadic = true;
    else
      info.fixedOperands++;
  });
  forEachWord(immediates, [&](std::string_view word) {
    info.immediates[info.immediateCount++] = immediateNamed(word.substr(word.find(':') + 1));
  });
  info.hasResult = result != "None";
  info.result = typeNamed(result);
  info.mayRaise = effects.find('R') != std::string_view::npos;
  info.readsHeap = effects.find('r') != std::string_view::npos;
  info.writesHeap = effects.find('w') != std::string_view::npos;
  info.allocates = effects.find('a') != std::string_view::npos;
  info.runsCode = effects.find('c') != std::string_view::npos;
  info.terminator = effects.find('t') != std::string_view::npos;
  info.entry = entry;
  return info;
}

constexpr InstInfo table[] = {
#define INST(Name, mnemonic, operands, immediates, result, effects) \
  decode(#Name, mnemonic, operands, immediates, #result, effects, nullptr),
#define RUNTIME(Name, mnemonic, operands, immediates, result, effects, entry) \
  decode(#Name, mnemonic, operands, immediates, #result, effects, #entry),
#include "codegen/ir/Instructions.def"
};

}  // namespace

const InstInfo& info(Op op) { return table[static_cast<size_t>(op)]; }

// --- functions -------------------------------------------------------------------------------------------------------------

Block* Function::addBlock(Symbol blockName) {
  auto* block = program->arena.make<Block>(this, blockName);
  block->index = static_cast<uint32_t>(blocks.size());
  blocks.push_back(block);
  return block;
}

bool reachesUnseenCode(Op op) {
  switch (op) {
    case Op::Eval:
    case Op::CallerEval:
    case Op::EnvironmentNew:
    case Op::CallMacro:
    case Op::Render:
    case Op::ModuleGet:
    case Op::ModuleSet: return true;
    default: return false;
  }
}

void Function::renumberBlocks() {
  for (uint32_t i = 0; i < blocks.size(); i++) blocks[i]->index = i;
}

// --- programs --------------------------------------------------------------------------------------------------------------

Function* Program::addFunction(Symbol name, Location loc) {
  Function& f = functionStore_.emplace_back(this, name);
  f.loc = loc;
  f.index = static_cast<uint32_t>(functions.size());
  functions.push_back(&f);
  return &f;
}

Global* Program::addGlobal(Symbol name, Location loc) {
  Global& g = globalStore_.emplace_back();
  g.name = name;
  g.loc = loc;
  g.index = static_cast<uint32_t>(globals.size());
  globals.push_back(&g);
  return &g;
}

Global* Program::externalGlobal(Symbol name) {
  Global*& g = externals_[name];
  if (!g) {
    g = addGlobal(name, {});
    g->external = true;
  }
  return g;
}

CallShape* Program::shape(std::span<const CallShape::Arg> args) {
  for (CallShape* s : shapes)
    if (std::equal(s->args.begin(), s->args.end(), args.begin(), args.end())) return s;
  CallShape& s = shapeStore_.emplace_back();
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
    case ConstantKind::Placeholder:
    case ConstantKind::Form: return Type::Other();
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
  Constant*& c = simple_[static_cast<size_t>(kind)];
  if (!c) c = makeConstant(arena, kind);
  return c;
}

Constant* Program::integer(int64_t value) {
  Constant*& c = words_[0][static_cast<uint64_t>(value)];
  if (!c) {
    c = makeConstant(arena, ConstantKind::Int);
    c->integer = value;
  }
  return c;
}

Constant* Program::floating(double value) {
  Constant*& c = words_[1][std::bit_cast<uint64_t>(value)];
  if (!c) {
    c = makeConstant(arena, ConstantKind::Float);
    c->number64 = value;
  }
  return c;
}

Constant* Program::character(char32_t value) {
  Constant*& c = words_[2][value];
  if (!c) {
    c = makeConstant(arena, ConstantKind::Char);
    c->integer = value;
  }
  return c;
}

Constant* Program::symbol(Symbol value) {
  Constant*& c = words_[3][value.id];
  if (!c) {
    c = makeConstant(arena, ConstantKind::Symbol);
    c->symbol = value;
  }
  return c;
}

Constant* Program::string(std::string_view text) {
  if (auto it = strings_.find(text); it != strings_.end()) return it->second;
  Constant* c = makeConstant(arena, ConstantKind::String);
  c->text = arena.copy(text);
  strings_.emplace(c->text, c);
  return c;
}

bool Program::owns(const Constant* c) const {
  auto word = [&](size_t kind, uint64_t key) {
    auto it = words_[kind].find(key);
    return it != words_[kind].end() && it->second == c;
  };
  switch (c->constantKind) {
    case ConstantKind::Int: return word(0, static_cast<uint64_t>(c->integer));
    case ConstantKind::Float: return word(1, std::bit_cast<uint64_t>(c->number64));
    case ConstantKind::Char: return word(2, static_cast<uint64_t>(c->integer));
    case ConstantKind::Symbol: return word(3, c->symbol.id);
    case ConstantKind::Form: return word(4, reinterpret_cast<uint64_t>(c->form));
    case ConstantKind::String: {
      auto it = strings_.find(c->text);
      return it != strings_.end() && it->second == c;
    }
    default: return simple_[static_cast<size_t>(c->constantKind)] == c;
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
      Constant*& c = words_[4][reinterpret_cast<uint64_t>(form)];
      if (!c) {
        c = makeConstant(arena, ConstantKind::Form);
        c->form = form;
      }
      return c;
    }
  }
}

}  // namespace gene::ir
