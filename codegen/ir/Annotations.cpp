#include "codegen/ir/Annotations.h"

#include <algorithm>
#include <vector>

#include "runtime/support/TypeNames.h"

namespace gene::ir {

namespace {

constexpr Type Number = Type::Int() | Type::Float();
constexpr Type Functions = Type::Function() | Type::Other();

struct BuiltinType {
  Symbol name;
  Type passes;  // all values of these types have it
  Type gives;   // no others do
};

const BuiltinType* builtinType(Symbol name) {
  static const auto table = [] {
    struct {
      std::string_view name;
      Type passes, gives;
    } constexpr rows[] = {
        {"Any", Type::any(), Type::any()},
        {"Object", Type::any(), Type::any()},
        {"Int", Type::Int(), Type::Int()},
        {"Float", Type::Float(), Type::Float()},
        {"Numeric", Number, Number},
        {"String", Type::String(), Type::String()},
        {"Bool", Type::Bool(), Type::Bool()},
        {"Char", Type::Char(), Type::Char()},
        {"Symbol", Type::Symbol(), Type::Symbol()},
        {"Nil", Type::Nil(), Type::Nil()},
        {"Array", Type::Array(), Type::Array()},
        {"Map", Type::Map(), Type::Map()},
        {"Gene", Type::Gene(), Type::Gene()},
        {"Function", Type::Function(), Functions},
        {"Fn", Type::Function(), Functions},
        {"Callable", Type::Function(), Functions},
        {"Collection", Type::Array() | Type::Map(), Type::Array() | Type::Map() | Type::Other()},
    };
    std::vector<BuiltinType> result;
    for (const auto& row : rows) {
      result.push_back({Symbol::of(row.name), row.passes, row.gives});
      for (const TypeAlias& other : TypeAliases)
        if (other.name == row.name)
          result.push_back({Symbol::of(other.alias), row.passes, row.gives});
    }
    return result;
  }();
  const auto found = std::ranges::find(table, name, &BuiltinType::name);
  return found == table.end() ? nullptr : &*found;
}

/// Calls f for each member of a union, for the head of an applied type such as (Array Int), or for `type` itself.
template <class F>
void forEachMember(const Form* type, F&& f) {
  if (type->kind != FormKind::Gene) return f(type);
  const auto& gene = as<GeneForm>(*type);
  if (gene.children.size() < 2 || !isSymbol(gene.children[0], "|"))
    return isSymbol(gene.head, "Fn") ? f(type) : forEachMember(gene.head, f);
  forEachMember(gene.head, f);
  for (size_t i = 1; i < gene.children.size(); i += 2) forEachMember(gene.children[i], f);
}

bool isFunctionType(const Form* type) {
  return type->kind == FormKind::Gene && isSymbol(as<GeneForm>(*type).head, "Fn");
}

/// A value of a built-in type is one of the kinds of that name, unless the program has a class, an enum or an interface
/// with this name, or a class below a built-in one. Code at run time may make any of these.
bool findRedefinedTypes(const Program& program) {
  const auto isBuiltin = [](Symbol name) { return builtinType(name) != nullptr; };
  const auto nameOf = [](const Instruction& inst) {
    const Form* declaration = inst.as<Op::EnumNew, Op::InterfaceNew>().declaration();
    return declaration->kind == FormKind::Array && !as<ArrayForm>(*declaration).items.empty()
               ? symbolOf(as<ArrayForm>(*declaration).items[0])
               : Symbol{};
  };
  // Where classes come from: their own forms, and variables that are assigned nothing else.
  std::vector<bool> holdsOther(program.globals.size());
  const auto isClassOfProgram = [&](const Value* value) {
    if (value->kind != ValueKind::Instruction) return false;
    const auto* inst = static_cast<const Instruction*>(value);
    if (inst->op == Op::ClassNew) return true;
    const auto read = inst->tryAs<Op::GlobalGet, Op::GlobalCheck>();
    if (!read) return false;
    const Global* global = read.global();
    if (!global->external) return global->constant && !holdsOther[global->index];
    return global->name.text() == "Object" || !builtinType(global->name);
  };
  const auto forEach = [&](auto&& f) {
    for (const Function* function : program.functions)
      for (const Block* block : function->blocks)
        for (const Instruction* inst : block->instructions) f(*inst);
  };
  for (const Global* global : program.globals)
    if (global->external && global->name.text() == "Class") return true;
  forEach([&](const Instruction& inst) {
    if (const auto set = inst.tryAs<Op::GlobalSet>(); set && !isClassOfProgram(set.value()))
      holdsOther[set.global()->index] = true;
  });
  bool found = false;
  forEach([&](const Instruction& inst) {
    found |= inst.info().reachesUnseenCode();
    if (const auto made = inst.tryAs<Op::ClassNew>()) {
      found |= isBuiltin(made.name());
      found |=
          made.parent()->type.bits() != Type::Absent().bits() && !isClassOfProgram(made.parent());
    } else if (inst.is<Op::EnumNew, Op::InterfaceNew>()) {
      found |= isBuiltin(nameOf(inst));
    }
  });
  return found;
}

bool redefinesTypes(Program& program) {
  using enum Program::Answer;
  if (program.redefinesTypes == Unasked)
    program.redefinesTypes = findRedefinedTypes(program) ? Yes : No;
  return program.redefinesTypes == Yes;
}

}  // namespace

Type Annotation::of(Type value) const {
  Type result = value & gives;
  if (elements) return result.isNone() ? gives : result;
  if (converts) {
    const bool hasInt = passes.overlaps(Type::Int()), hasFloat = passes.overlaps(Type::Float());
    if (value.overlaps(Type::Int()) && !hasInt && gives.overlaps(Type::Float()))
      result = result | Type::Float();
    if (value.overlaps(Type::Float()) && !hasFloat && gives.overlaps(Type::Int()))
      result = result | Type::Int();
  }
  return result.isNone() ? gives : result;
}

Annotation annotationOf(const Instruction& check) {
  const auto view = check.as<Op::CheckType>();
  const Form* type = view.type();
  const CheckRules rules = rulesOf(check);
  if (rules.elements) return {Type::none(), Type::Array() | Type::Map(), true, true};
  Annotation a;
  a.converts = rules.converts;
  a.passes = a.gives = rules.strict ? Type::none() : Type::Nil();
  const auto first = static_cast<uint16_t>(view.first()), last = static_cast<uint16_t>(view.last());
  const Type classes = Type::instanceOf(first, last);
  if (first) a.passes = a.passes | classes;
  forEachMember(type, [&](const Form* member) {
    if (member->kind == FormKind::Nil) {
      a.passes = a.passes | Type::Nil();
      a.gives = a.gives | Type::Nil();
    } else if (const BuiltinType* known = builtinType(symbolOf(member))) {
      a.passes = a.passes | known->passes;
      a.gives = a.gives | known->gives;
    } else if (isFunctionType(member)) {
      a.function = member == type;
      a.gives = a.gives | Functions;
    } else {
      a.gives = a.gives | (first ? classes : Type::any());
    }
  });
  if (!a.gives.isAny() && redefinesTypes(*check.block->function->program)) a.gives = Type::any();
  return a;
}

namespace {

bool agree(const Form* a, const Form* b) {
  const auto saysNothing = [](const Form* type) {
    return type->kind == FormKind::Nil || isSymbol(type, "Any");
  };
  return saysNothing(a) || saysNothing(b) || printForm(*a) == printForm(*b);
}

/// Is the function certainly of the type (Fn [A B] -> R)? Of functions with plain positional parameters only.
bool hasType(const Function& function, const GeneForm& type) {
  if (type.children.empty() || type.children[0]->kind != FormKind::Array) return false;
  const auto& wanted = as<ArrayForm>(*type.children[0]).items;
  const size_t at = type.children.size() > 1 && isSymbol(type.children[1], "->") ? 2 : 1;
  const Form* result = at < type.children.size() ? type.children[at] : nullptr;
  if (result && isSymbol(result, "!")) result = nullptr;
  if (!function.signature || function.params.size() != wanted.size()) return false;
  const auto& parts = as<ArrayForm>(*function.signature).items;
  const auto& types = as<ArrayForm>(*parts[0]).items;
  if (types.size() != wanted.size()) return false;
  for (size_t i = 0; i < wanted.size(); i++) {
    const std::string_view text = symbolOf(wanted[i]).text();
    if (function.params[i].kind != SlotKind::Positional || text.starts_with("^") || text == "..." ||
        !agree(wanted[i], types[i]))
      return false;
  }
  return !result || agree(result, parts[1]);
}

}  // namespace

bool isProven(const Instruction& check, const Value* value) {
  const Annotation annotation = annotationOf(check);
  if (annotation.accepts(value->type)) return true;
  if (!annotation.function || value->kind != ValueKind::Instruction) return false;
  const auto* closure = static_cast<const Instruction*>(value);
  return closure->op == Op::Closure && hasType(*closure->as<Op::Closure>().function(),
                                               as<GeneForm>(*check.as<Op::CheckType>().type()));
}

const Param* checkedSlot(const Instruction& check) {
  const Value* value = check.operands[0];
  while (value->kind == ValueKind::Instruction) {
    const auto* inst = static_cast<const Instruction*>(value);
    if (inst->op != Op::CheckType) return nullptr;
    value = inst->operands[0];
  }
  return value->kind == ValueKind::Param ? static_cast<const Param*>(value) : nullptr;
}

std::vector<const Instruction*> leadingChecks(const Function& function) {
  std::vector<const Instruction*> checks;
  for (const Instruction* inst : function.entry()->instructions) {
    if (inst->op != Op::CheckType || inst->handler || !checkedSlot(*inst)) break;
    checks.push_back(inst);
  }
  return checks;
}

bool passesLeadingChecks(const Instruction& call) {
  const std::vector<const Instruction*> checks =
      leadingChecks(*call.as<Op::CallKnown>().function());
  return !checks.empty() && std::ranges::all_of(checks, [&](const Instruction* check) {
    return isProven(*check, call.operands[checkedSlot(*check)->index + 1]);
  });
}

Type acceptedBy(const Form* annotation) {
  Type result = Type::none();
  forEachMember(annotation, [&](const Form* member) {
    if (member->kind == FormKind::Nil) result = result | Type::Nil();
    if (const BuiltinType* known = builtinType(symbolOf(member))) result = result | known->passes;
  });
  return result;
}

bool forEachUnknownName(const Form* annotation, const std::function<void(Symbol)>& f) {
  bool onlyNames = true;
  forEachMember(annotation, [&](const Form* member) {
    const Symbol name = symbolOf(member);
    if (member->kind == FormKind::Nil || builtinType(name)) return;
    if (name.empty())
      onlyNames = false;
    else
      f(name);
  });
  return onlyNames;
}

}  // namespace gene::ir
