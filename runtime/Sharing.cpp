#include "runtime/Sharing.h"

#include <unordered_set>
#include <vector>

#include "runtime/Program.h"
#include "runtime/abi/MethodTable.h"
#include "runtime/heap/Heap.h"
#include "runtime/heap/Slots.h"
#include "runtime/object/Regex.h"
#include "runtime/object/String.h"

namespace gene {
namespace {

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
      complete(object);
      object->countAndFlags |= Object::Immortal;
      forEachSlot(object, [&](Slot& slot) { add(slot.get()); });
    }
  }

 private:
  /// What an object would only find out when it is asked is found out now.
  void complete(Object* object) {
    const Value value = Value::object(object);
    if (isString(value)) {
      auto* string = as<StringObject>(value);
      stringHash(string);
      symbolOfString(value);
      byteOffset(context_, string, string->chars);
      // Nobody may append in place: the buffer seems to belong to a longer text.
      if (string->isShared()) {
        auto* buffer = as<BytesObject>(static_cast<SharedStringObject*>(string)->buffer.get());
        buffer->size = buffer->capacity;
      }
    }
    // One that is malformed is compiled by each who uses it, which raises and changes nothing.
    if (isRegex(value) && !compileRegex(context_, as<RegexObject>(value))) takeException(context_);
  }

  Context& context_;
  std::unordered_set<Object*> found_;
  std::vector<Object*> work_;
};

}  // namespace

void shareDefinitions(Context& context) {
  Sharer sharer(context);
  if (const Program* program = context.program)
    for (uint32_t i = 0; i < program->globalCount + program->constantCount; i++)
      sharer.add(program->slots[i]);
  sharer.add(Value::object(context.globals));
  sharer.add(Value::object(context.dollars));
  sharer.add(context.moduleSelf);
  for (ClassObject* cls : context.classes)
    if (cls) sharer.add(Value::object(cls));
  for (const auto& [name, interface] : context.domain->interfaces)
    sharer.add(Value::object(interface));
  const MethodTargets& targets = *context.methods->targets;
  for (uint32_t i = 0; i < targets.entries.size(); i++) sharer.add(targets.functions[i]);
  sharer.finish();
  reconcile(context);  // immortal objects leave the zero-count table
  context.domain->isShared = true;
}

}  // namespace gene
