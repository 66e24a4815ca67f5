#include "runtime/Sharing.h"

#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "runtime/Domain.h"
#include "runtime/Program.h"
#include "runtime/abi/MethodTable.h"
#include "runtime/heap/Heap.h"
#include "runtime/image/ImageFormat.h"
#include "runtime/object/Class.h"
#include "runtime/object/Future.h"
#include "runtime/object/Print.h"
#include "runtime/object/Regex.h"
#include "runtime/object/Slots.h"
#include "runtime/object/String.h"

namespace gene {
namespace {

/// What an object would only find out when it is asked is found out now.
void complete(Context& context, Object* object) {
  const Value value = Value::object(object);
  if (isString(value)) {
    auto* string = as<StringObject>(value);
    stringHash(string);
    symbolOfString(value);
    byteOffset(context, string, string->chars);
    // Nobody may append in place: the buffer seems to belong to a longer text.
    if (string->isShared()) {
      auto* buffer = as<BytesObject>(static_cast<SharedStringObject*>(string)->buffer.get());
      buffer->size = buffer->capacity;
    }
  }
  // One that is malformed is compiled by each who uses it, which raises and changes nothing.
  if (isRegex(value) && !compileRegex(context, as<RegexObject>(value))) takeException(context);
}

/// Is it data that a program could change? Everything else that is shared says so by its flag.
bool isMutableData(const Object* object) {
  const auto isOneOf = [object](auto... kinds) { return (object->is(kinds) || ...); };
  return object->isInstance() ||
         isOneOf(Kind::Array, Kind::Map, Kind::HashMap, Kind::HashSet, Kind::Gene, Kind::Bytes);
}

class Sharer {
 public:
  explicit Sharer(Context& context) : context_(context) {}

  void add(Value v) {
    if (v.isObject() && found_.insert(v.object()).second) work_.push_back(v.object());
  }
  void finish() {
    while (!work_.empty()) {
      Object* object = work_.back();
      work_.pop_back();
      complete(context_, object);
      object->countAndFlags |= Object::Immortal | (isMutableData(object) ? 0 : Object::Frozen);
      forEachSlot(object, [&](Slot& slot) { add(slot.get()); });
    }
    reconcile(context_);  // immortal objects leave the zero-count table
  }

 private:
  Context& context_;
  std::unordered_set<Object*> found_;
  std::vector<Object*> work_;
};

void addBuiltins(Context& context, Sharer& sharer) {
  sharer.add(Value::object(context.globals));
  sharer.add(Value::object(context.dollars));
  for (ClassObject* cls : context.classes)
    if (cls) sharer.add(Value::object(cls));
}

/// Finds what the code of a function reaches, refuses what may not be shared, then marks it.
class Reach {
 public:
  explicit Reach(Context& context) : context_(context) {}

  bool check(const FunctionInfo* info) {
    addCode(info, {});
    while (!codes_.empty() || !values_.empty()) {
      if (!codes_.empty()) {
        const auto [code, through] = codes_.back();
        codes_.pop_back();
        if (!visitCode(code, through)) return false;
      } else {
        const auto [object, through] = values_.back();
        values_.pop_back();
        if (!visit(object, through)) return false;
      }
    }
    return true;
  }

  void mark() {
    for (Object* object : found_) {
      complete(context_, object);
      object->countAndFlags |= Object::Immortal | (object->isInstance() ? 0 : Object::Frozen);
    }
    auto& shared = sharedCode(context_);
    shared.insert(foundCode_.begin(), foundCode_.end());
    reconcile(context_);
  }

 private:
  using Code = std::unordered_set<const FunctionInfo*>;
  struct SharedCode : ContextPart {
    static constexpr Name Part = SharedFunctions;
    Code functions;
  };
  static Code& sharedCode(Context& context) { return partOf<SharedCode>(context).functions; }

  bool refuse(Symbol through, std::string_view why) {
    std::string text = "another thread cannot use ";
    if (through.empty())
      text += "this handler: it ";
    else
      text += "'" + std::string(through.text()) + "': it ";
    raise(context_, ErrorClass::Concurrency, text + std::string(why));
    return false;
  }

  void addCode(const FunctionInfo* info, Symbol through) {
    if (info->builtin || sharedCode(context_).contains(info) || !foundCode_.insert(info).second)
      return;
    codes_.push_back({info, through});
  }
  void add(Value v, Symbol through) {
    if (!v.isObject()) return;
    constexpr uint32_t shared = Object::Immortal | Object::Frozen;
    if ((v.object()->countAndFlags & shared) == shared || !found_.insert(v.object()).second) return;
    values_.push_back({v.object(), through});
  }

  bool visitCode(const FunctionInfo* info, Symbol through) {
    using image::ImageUse;
    if (info->isNative()) return refuse(through, "is a function of an extension");
    const Program& program = *info->program;
    if (program.uses.empty()) return refuse(through, "was made while the program runs");
    const uint32_t end = program.uses[info->index + 1];
    for (uint32_t i = program.uses[info->index]; i < end; i++) {
      const uint32_t index = ImageUse::index(program.uses[i]);
      switch (ImageUse::kind(program.uses[i])) {
        case ImageUse::Assigned:
          return refuse(program.globalNames[index],
                        "is assigned while the program runs, which that thread would not see");
        case ImageUse::Variable: {
          const Value value = program.slots[index];
          if (value.isNil() && program.globalSources[index] != Program::NoSource)
            return refuse(program.globalNames[index], "has no value yet");
          add(value, program.globalNames[index]);
          break;
        }
        case ImageUse::Function: {
          const FunctionInfo* made = &program.functions[index];
          addCode(made, made->name.empty() ? through : made->name);
          break;
        }
        case ImageUse::Unseen: return refuse(through, "evaluates code, which may use any variable");
      }
    }
    return true;
  }

  bool visit(Object* object, Symbol through) {
    switch (object->kind()) {
      // Data: what can be frozen, and what never changes.
      case Kind::BoxedInt:
      case Kind::String:
      case Kind::ComplexSymbol:
      case Kind::Array:
      case Kind::Map:
      case Kind::HashMap:
      case Kind::Gene:
      case Kind::Bytes:
      case Kind::Range:
      case Kind::Regex:
      case Kind::DateTime:
      case Kind::Quoted:
      case Kind::Type:
      case Kind::Selector:
      case Kind::Enum:
      case Kind::Variant:
      case Kind::EnumValue:
      case Kind::Interface:
      case Kind::Class:
        forEachSlot(object, [&](Slot& slot) { add(slot.get(), through); });
        return true;
      case Kind::Namespace: {
        auto* ns = static_cast<NamespaceObject*>(object);
        // Not the one around it: its members are reached by their own names.
        for (const Value part : {ns->members.get(), ns->handlers.get()}) add(part, through);
        return true;
      }
      case Kind::Function: {
        auto* function = static_cast<FunctionObject*>(object);
        addCode(function->info, function->info->name.empty() ? through : function->info->name);
        for (uint32_t i = 0; i < function->captureCount; i++) add(function->captures()[i], through);
        return true;
      }
      case Kind::BoundMethod:
        forEachSlot(object, [&](Slot& slot) { add(slot.get(), through); });
        return true;
      case Kind::Actor:
        if (static_cast<ActorObject*>(object)->isHandle) return true;
        return refuse(through, "holds an actor of its own thread: (gene/actor/enable ^workers N)");
      case Kind::Scope: return refuse(through, "has captured a variable that is assigned later");
      case Kind::HashSet:
      case Kind::Iterator:
      case Kind::Generator:
      case Kind::Environment:
      case Kind::Adapter:
      case Kind::RegexMatch:
      case Kind::Future:
      case Kind::ActorContext:
      case Kind::Fiber:
      case Kind::Queue:
      case Kind::Package:
      case Kind::Interceptor:
      case Kind::Interception:
      case Kind::Application:
      case Kind::Resource:
      case Kind::Instance:
        // What the runtime made, like `stdout`, was there before all threads.
        if (object->isImmortal()) return true;
        return refuse(through, "holds a " + valueKindName(Value::object(object)) +
                                   ", which belongs to its own thread");
#define IMMEDIATE(Name, Class, Typeof) case Kind::Name:
#include "runtime/value/Kinds.def"
      case Kind::Count: break;
    }
    GENE_UNREACHABLE("kind of object");
  }

  Context& context_;
  Code foundCode_;
  std::unordered_set<Object*> found_;
  std::vector<std::pair<const FunctionInfo*, Symbol>> codes_;
  std::vector<std::pair<Object*, Symbol>> values_;
};

}  // namespace

void shareDefinitions(Context& context) {
  Sharer sharer(context);
  if (const Program* program = context.program)
    for (uint32_t i = 0; i < program->globalCount + program->constantCount; i++)
      sharer.add(program->slots[i]);
  addBuiltins(context, sharer);
  for (const auto& [name, interface] : context.domain->interfaces)
    sharer.add(Value::object(interface));
  sharer.add(context.moduleSelf);
  const MethodTargets& targets = *context.methods->targets;
  for (uint32_t i = 0; i < targets.entries.size(); i++) sharer.add(targets.functions[i]);
  sharer.finish();
  context.domain->isShared = true;
}

void shareBuiltins(Context& context) {
  if (const Program* program = context.program) shareConstants(context, *program);
  Sharer sharer(context);
  addBuiltins(context, sharer);
  sharer.finish();
  context.domain->isShared = true;
}

void shareConstants(Context& context, const Program& program) {
  Sharer sharer(context);
  for (uint32_t i = 0; i < program.constantCount; i++)
    sharer.add(program.slots[program.globalCount + i]);
  sharer.finish();
}

bool shareCode(Context& context, const FunctionObject* function) {
  Reach reach(context);
  if (!reach.check(function->info)) return false;
  reach.mark();
  return true;
}

}  // namespace gene
