#include "codegen/passes/Classes.h"

#include <algorithm>

#include "codegen/ir/Annotations.h"
#include "codegen/passes/Facts.h"
#include "codegen/passes/Passes.h"
#include "runtime/value/Fields.h"
#include "runtime/value/Object.h"

namespace gene {

using ir::Function;
using ir::Instruction;
using ir::Op;
using ir::Type;

int KnownClass::placeOf(Symbol field) const {
  const auto found = std::ranges::find(layout, field);
  return found == layout.end() ? -1 : static_cast<int>(found - layout.begin());
}

const KnownClass::Declaration* KnownClass::declarationOf(Symbol field) const {
  for (const KnownClass* c = this; c; c = c->parent)
    if (auto it = c->declarations.find(field); it != c->declarations.end()) return &it->second;
  return nullptr;
}

std::optional<Function*> KnownClass::findMethod(Symbol method) const {
  for (const KnownClass* c = this; c; c = c->parent)
    if (auto it = c->methods.find(method); it != c->methods.end()) return it->second;
  return std::nullopt;
}

std::optional<Function*> KnownClass::findConstructor() const {
  for (const KnownClass* c = this; c; c = c->parent)
    if (c->ctor) return c->ctor;
  return std::nullopt;
}

KnownClasses::KnownClasses(ir::Program& program, Extent extent) : program_(program) {
  if (program.functions.empty() || !isClosed()) return;
  findClasses();
  if (classes_.empty()) return;
  findCaptures();
  closeTrees();
  byNumber_.push_back(nullptr);
  for (KnownClass& c : classes_) {
    if (c.number == 0) continue;
    if (byNumber_.size() <= c.number) byNumber_.resize(c.number + 1);
    byNumber_[c.number] = &c;
  }
  for (const KnownClass* c : byNumber_)
    if (c) numbered_.push_back(c);
  for (KnownClass& c : classes_)
    if (c.number)
      for (KnownClass* up = &c; up; up = up->parent) up->last = std::max(up->last, c.number);
  if (extent == Extent::Definitions) return;
  findInstantiated();
  findSelves();
  findHidden();
  analyseConstructors(*this);
}

/// False if code that is not here, or an interceptor, may change a class or assign fields.
bool KnownClasses::isClosed() const {
  static constexpr std::string_view opening[] = {"Class"};
  for (const ir::Global* global : program_.globals)
    if (global->external && std::ranges::count(opening, global->name.text())) return false;
  for (const Function* f : program_.functions)
    for (const ir::Block* block : f->blocks)
      for (const Instruction* inst : block->instructions) {
        if (inst->info().reachesUnseenCode() || inst->op == Op::InterceptorNew) return false;
        if (inst->op != Op::ClassMethod && inst->op != Op::ClassCtor) continue;
        const Instruction* cls = asInstruction(inst->operands[0]);
        if (!cls || (cls->op != Op::ClassNew && cls->op != Op::ImplementationNew)) return false;
      }
  return true;
}

/// The classes of the first block of the main module's body, up to the first instruction that may run other code.
void KnownClasses::findClasses() {
  std::unordered_map<const ir::Global*, uint32_t> assigned;
  for (const Function* f : program_.functions)
    for (const ir::Block* block : f->blocks)
      for (const Instruction* inst : block->instructions)
        if (const auto set = inst->tryAs<Op::GlobalSet>()) assigned[set.global()]++;
  for (Instruction* inst : program_.functions[0]->entry()->instructions) {
    if (effectsOf(*inst).runsCode) break;
    if (inst->op == Op::ClassNew) {
      KnownClass* parent = nullptr;
      if (!isConstant(inst->operands[0], ir::ConstantKind::Absent)) {
        parent = classOf(inst->operands[0]);
        if (!parent) continue;
      }
      KnownClass& c = classes_.emplace_back();
      c.name = inst->as<Op::ClassNew>().name();
      c.made = inst;
      c.parent = parent;
      c.number = static_cast<uint16_t>(inst->as<Op::ClassNew>().number());
      if (parent) {
        parent->children.push_back(&c);
        c.layout = parent->layout;
        c.fields = parent->fields;
      }
      for (const Form* form : as<ArrayForm>(*inst->as<Op::ClassNew>().fields()).items) {
        const Symbol field = as<SymbolForm>(*form).symbol;
        if (c.layout.size() >= MostLayoutFields || c.placeOf(field) >= 0) continue;
        c.layout.push_back(field);
        c.fields.push_back(fieldCount_++);
      }
      byMade_[inst] = &c;
    } else if (const auto set = inst->tryAs<Op::GlobalSet>()) {
      const ir::Global* global = set.global();
      KnownClass* c = classOf(set.value());
      if (!c || !global->constant || assigned[global] != 1) continue;
      c->global = global;
      byGlobal_[global] = c;
    } else {
      findMembers(*inst);
    }
  }
}

void KnownClasses::findMembers(Instruction& inst) {
  if (inst.op != Op::ClassMethod && inst.op != Op::ClassCtor && inst.op != Op::ClassField) return;
  KnownClass* c = classOf(inst.operands[0]);
  if (!c) return;
  members_.insert(&inst);
  if (const auto field = inst.tryAs<Op::ClassField>()) {
    const Form* form = nullptr;
    if (const auto type = ir::madeBy<Op::Quote>(field.type()))
      form = type.form();
    else if (const ir::Constant* known = asConstant(field.type()))
      form = known->form;
    const bool isAny = isConstant(field.type(), ir::ConstantKind::Nil);
    static const SymbolForm unknown({}, Symbol::of("?"));
    c->declarations[field.name()] = {isAny  ? nullptr
                                     : form ? form
                                            : &unknown,
                                     truthOf(field.options()) != false};
    return;
  }
  const auto closure =
      ir::madeBy<Op::Closure>(inst.as<Op::ClassMethod, Op::ClassCtor>().function());
  Function* function = closure ? closure.function() : nullptr;
  if (inst.op == Op::ClassCtor)
    c->ctor = function;
  else
    c->methods[inst.as<Op::ClassMethod>().name()] = function;
}

KnownClass* KnownClasses::classOf(const ir::Value* value) const {
  const Instruction* inst = asInstruction(value);
  if (!inst) return nullptr;
  const auto found = [](const auto& map, const auto* key) {
    auto it = map.find(key);
    return it == map.end() ? nullptr : it->second;
  };
  if (inst->op == Op::ClassNew) return found(byMade_, inst);
  if (const auto read = inst->tryAs<Op::GlobalGet, Op::GlobalCheck>())
    return found(byGlobal_, read.global());
  const auto capture = inst->tryAs<Op::CaptureGet>();
  if (!capture) return nullptr;
  auto it = captured_.find(inst->block->function);
  return it == captured_.end() ? nullptr : it->second[static_cast<size_t>(capture.index())];
}

void KnownClasses::findCaptures() {
  for (bool changed = true; changed;) {
    std::unordered_map<const Function*, std::vector<KnownClass*>> found;
    for (const Function* f : program_.functions)
      for (const ir::Block* block : f->blocks)
        for (const Instruction* inst : block->instructions) {
          if (inst->op != Op::Closure || inst->operands.empty()) continue;
          std::vector<KnownClass*> now;
          for (const ir::Value* v : inst->operands) now.push_back(classOf(v));
          auto [it, isNew] = found.emplace(inst->as<Op::Closure>().function(), now);
          for (size_t i = 0; !isNew && i < now.size(); i++)
            if (it->second[i] != now[i]) it->second[i] = nullptr;
        }
    changed = found != captured_;
    captured_ = std::move(found);
  }
}

/// A class made at run time below a known one makes the whole tree one that is not numbered.
void KnownClasses::closeTrees() {
  bool unknownParent = false;
  std::unordered_set<const KnownClass*> openRoots;
  std::unordered_map<Symbol, uint32_t> names;
  for (const Function* f : program_.functions)
    for (const ir::Block* block : f->blocks)
      for (const Instruction* inst : block->instructions) {
        // What the first part of the body does not get to see, or happens more than once.
        const bool defines =
            inst->op == Op::ClassMethod || inst->op == Op::ClassCtor || inst->op == Op::ClassField;
        if (defines && !members_.contains(inst))
          if (const KnownClass* c = classOf(inst->operands[0])) {
            while (c->parent) c = c->parent;
            openRoots.insert(c);
          }
        if (const auto made = inst->tryAs<Op::EnumNew, Op::InterfaceNew>())
          names[symbolOf(as<ArrayForm>(*made.declaration()).items[0])]++;
        if (inst->op != Op::ClassNew) continue;
        names[inst->as<Op::ClassNew>().name()]++;
        if (byMade_.contains(inst)) continue;
        if (isConstant(inst->operands[0], ir::ConstantKind::Absent)) continue;
        if (const KnownClass* parent = classOf(inst->operands[0])) {
          while (parent->parent) parent = parent->parent;
          openRoots.insert(parent);
          continue;
        }
        const auto read = ir::madeBy<Op::GlobalGet, Op::GlobalCheck>(inst->operands[0]);
        const bool isBuiltin = read && read.global()->external;
        // A class without a place here that is itself made at run time stands below no known one.
        unknownParent |= !isBuiltin;
      }
  for (KnownClass& c : classes_) {
    const KnownClass* root = &c;
    while (root->parent) root = root->parent;
    c.isNumberable = !unknownParent && !openRoots.contains(root);
    if (!c.isNumberable) c.number = 0;
    if (c.number && names[c.name] == 1) byName_[c.name] = &c;
  }
}

void KnownClasses::findInstantiated() {
  bool any = program_.isEntered;
  for (const Function* f : program_.functions)
    for (const ir::Block* block : f->blocks)
      for (const Instruction* inst : block->instructions) {
        if (const auto made = inst->tryAs<Op::InstanceNew>()) {
          const auto number = static_cast<size_t>(made.number());
          if (number < byNumber_.size() && byNumber_[number])
            byNumber_[number]->isInstantiated = true;
        }
        if (inst->op != Op::New && inst->op != Op::NewShaped) continue;
        if (KnownClass* c = classOf(inst->operands[0]))
          c->isInstantiated = true;
        else
          any = true;
      }
  if (any)
    for (KnownClass& c : classes_) c.isInstantiated = true;
}

/// A function that is a method of one class, and nothing else, is called with instances of that class or one below.
void KnownClasses::findSelves() {
  for (KnownClass& c : classes_) {
    if (c.number == 0) continue;
    for (const auto& [name, function] : c.methods)
      if (function) selves_[function] = c.instances();
    if (c.ctor && *c.ctor) selves_[*c.ctor] = c.instances();
  }
  for (const Function* f : program_.functions)
    for (const ir::Block* block : f->blocks)
      for (const Instruction* inst : block->instructions) {
        auto use = [&](const ir::Value* v, bool known) {
          if (const auto closure = ir::madeBy<Op::Closure>(v); closure && !known)
            selves_.erase(closure.function());
        };
        for (size_t i = 0; i < inst->operands.size(); i++) {
          const bool defines = inst->op == Op::ClassMethod || inst->op == Op::ClassCtor;
          const KnownClass* c = defines && i == 1 ? classOf(inst->operands[0]) : nullptr;
          use(inst->operands[i], c && c->number != 0);
        }
        for (const ir::Edge& edge : inst->successors)
          for (const ir::Value* arg : edge.args) use(arg, false);
      }
}

namespace {

/// The names by which methods are looked up at run time.
struct LookedUp {
  std::unordered_set<Symbol> names;
  bool any = false;  // a name is computed

  explicit LookedUp(const ir::Program& program) {
    for (const Function* f : program.functions)
      for (const ir::Block* block : f->blocks)
        for (const Instruction* inst : block->instructions) {
          if (const auto call = inst->tryAs<Op::CallMethod, Op::CallMethodShaped, Op::CallSuper,
                                            Op::PathMethod>())
            names.insert(call.name());
          any |= inst->is<Op::CallMethodDynamic, Op::PathMethodDynamic>();
        }
    any |= names.contains(Symbol::of("method_intent"));
    names.insert(Symbol::of("serialize"));  // gene/serdes calls it
  }
  /// The runtime calls methods with well-known names.
  [[nodiscard]] bool contains(Symbol name) const {
    return any || name.id < sym::WellKnownCount || names.contains(name);
  }
};

/// Does the instruction say something of the class that is this operand, without making an instance or passing it on?
bool onlyDefines(const Instruction& inst, size_t operand) {
  if (inst.is<Op::ClassNew, Op::ClassMethod, Op::ClassCtor, Op::ClassField>()) return operand == 0;
  if (inst.is<Op::Is, Op::CatchMatches>()) return operand == 1;
  return inst.is<Op::GlobalSet, Op::GlobalCheck>();
}

}  // namespace

/// Methods that no code asks for by name, and constructors of classes that no code can see.
void KnownClasses::findHidden() {
  if (program_.isEntered) return;
  const LookedUp lookedUp(program_);
  std::unordered_set<const KnownClass*> seen;
  const auto see = [&](const KnownClass* c) {
    // Its constructor may be one from above.
    for (; c; c = c->parent) seen.insert(c);
  };
  if (lookedUp.any || lookedUp.names.contains(Symbol::of("class")) ||
      lookedUp.names.contains(Symbol::of("parent")))
    for (const KnownClass& c : classes_) see(&c);
  for (const Function* f : program_.functions)
    for (const ir::Block* block : f->blocks) {
      for (const Instruction* inst : block->instructions)
        for (size_t i = 0; i < inst->operands.size(); i++)
          if (const KnownClass* c = classOf(inst->operands[i]); c && !onlyDefines(*inst, i)) see(c);
      block->forEachEdge([&](ir::Edge& edge, bool) {
        for (const ir::Value* arg : edge.args)
          if (const KnownClass* c = classOf(arg)) see(c);
      });
    }
  std::unordered_set<const Function*> found;  // that are found at run time
  for (const KnownClass& c : classes_) {
    for (const auto& [name, function] : c.methods)
      if (function && lookedUp.contains(name)) found.insert(function);
    if (c.ctor && (seen.contains(&c) || lookedUp.names.contains(sym::Ctor))) found.insert(*c.ctor);
  }
  for (const auto& [function, self] : selves_)
    if (!found.contains(function)) hidden_.insert(function);
}

std::optional<std::vector<const KnownClass*>> KnownClasses::classesOf(Type type) const {
  std::vector<const KnownClass*> result;
  if (!type.hasInstances()) return result;
  if (type.firstClass() == 0 || type.lastClass() >= byNumber_.size()) return std::nullopt;
  for (uint32_t n = type.firstClass(); n <= type.lastClass(); n++) {
    if (!byNumber_[n]) return std::nullopt;
    result.push_back(byNumber_[n]);
  }
  return result;
}

std::optional<std::vector<const KnownClass*>> KnownClasses::instantiatedClassesOf(Type type) const {
  auto result = classesOf(type);
  if (result) std::erase_if(*result, [](const KnownClass* c) { return !c->isInstantiated; });
  return result;
}

const KnownClass* KnownClasses::named(Symbol name) const {
  auto it = byName_.find(name);
  return it == byName_.end() ? nullptr : it->second;
}

Type KnownClasses::selfOf(const Function& function) const {
  auto it = selves_.find(&function);
  return it == selves_.end() ? Type::value() : it->second;
}

namespace {

/// Checks whose annotation names numbered classes, all of a range, get this range.
void numberCheck(ir::Program& program, const KnownClasses& classes, Instruction& check) {
  std::vector<const KnownClass*> named;
  const bool known = ir::forEachUnknownName(
      check.as<Op::CheckType>().type(), [&](Symbol name) { named.push_back(classes.named(name)); });
  if (!known || named.empty() || std::ranges::count(named, nullptr) > 0) return;
  std::ranges::sort(named, {}, &KnownClass::number);
  const uint16_t first = named.front()->number;
  uint16_t last = named.front()->last;
  for (const KnownClass* c : named) {
    if (c->number > last + 1) return;
    last = std::max(last, c->last);
  }
  check.immediates = program.arena.copy(Span<const ir::Immediate>(check.immediates));
  check.as<Op::CheckType>().first() = first;
  check.as<Op::CheckType>().last() = last;
}

}  // namespace

/// Numbers the known classes, each before those below it, and says in each `check.type` which numbers it is about.
///   before  (v0 = class.new A `[x] 0 absent) … (v5 = class.new B `[] 0 v0)
///   after   (v0 = class.new A `[x] 1 absent) … (v5 = class.new B `[] 2 v0)
/// Keeps: classes that other code may extend, and those beyond the numbers there are.
bool numberClasses(ir::Program& program, PassContext& context) {
  if ((!context.native && !context.numbersClasses) || program.isEntered) return false;
  KnownClasses classes(program, KnownClasses::Extent::Definitions);
  int64_t next = 1;
  auto number = [&](auto& self, KnownClass& c) -> void {
    c.made->immediates = program.arena.copy(Span<const ir::Immediate>(c.made->immediates));
    c.made->as<Op::ClassNew>().number() = next++;
    for (KnownClass* child : c.children) self(self, *child);
  };
  auto size = [](auto& self, const KnownClass& c) -> int64_t {
    int64_t n = 1;
    for (const KnownClass* child : c.children) n += self(self, *child);
    return n;
  };
  for (KnownClass& c : classes.all())
    if (!c.parent && c.isNumberable && c.made->as<Op::ClassNew>().number() == 0 &&
        next + size(size, c) <= MaxClassNumber)
      number(number, c);
  if (next == 1) return false;
  const KnownClasses numbered(program);
  for (Function* f : program.functions)
    for (ir::Block* block : f->blocks)
      for (Instruction* inst : block->instructions)
        if (inst->op == Op::CheckType) numberCheck(program, numbered, *inst);
  return true;
}

}  // namespace gene
