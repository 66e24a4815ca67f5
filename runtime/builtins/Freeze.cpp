// (freeze v), deep and in place (06 §9): the whole graph is checked first, then marked.

#include <unordered_set>
#include <vector>

#include "runtime/builtins/Builtins.h"
#include "runtime/object/Array.h"
#include "runtime/object/Gene.h"
#include "runtime/object/Map.h"

namespace gene {
namespace {

class Freezer {
 public:
  explicit Freezer(Context& context) : context_(context) {}

  /// False if something in the graph cannot be frozen; the exception is pending.
  bool check(Value root) {
    add({root, None, "", "", 0, {}});
    while (!work_.empty()) {
      const uint32_t step = work_.back();
      work_.pop_back();
      if (!visit(step)) return false;
    }
    return true;
  }
  void mark() {
    for (Object* o : found_)
      if (!o->isImmortal()) o->countAndFlags |= Object::Frozen;
  }

 private:
  static constexpr uint32_t None = UINT32_MAX;
  /// A value, and how it hangs on the one it was found in: `before` index-or-name `after`.
  struct Step {
    Value value;
    uint32_t parent;
    const char* before;
    const char* after;
    uint32_t index;
    Symbol name;  // instead of the index, where there is one
  };

  void add(const Step& step) {
    if (!step.value.isObject()) return;
    work_.push_back(static_cast<uint32_t>(steps_.size()));
    steps_.push_back(step);
  }
  void slots(uint32_t parent, const Slot* slots, uint32_t n, const char* before) {
    for (uint32_t i = n; i-- > 0;) add({slots[i].get(), parent, before, "]", i, {}});
  }

  bool visit(uint32_t step) {
    Object* o = steps_[step].value.object();
    if (!has(o->kind(), trait::Freezable)) return refuse(step);
    if (found_.insert(o).second)
      dispatch<trait::Freezable>(o, [&](auto* object) { parts(step, object); });
    return true;
  }

  void parts(uint32_t, BoxedIntObject*) {}
  void parts(uint32_t, ComplexSymbolObject*) {}
  void parts(uint32_t, StringObject*) {}
  void parts(uint32_t, BytesObject*) {}
  void parts(uint32_t step, ArrayObject* a) { slots(step, a->items, a->size, "/["); }
  void parts(uint32_t step, MapObject* m) {
    const bool named = m->is(Kind::Map);
    uint32_t number = m->size;
    for (uint32_t i = m->used; i-- > 0;) {
      const Value key = m->entries[i].key.get(), value = m->entries[i].value.get();
      if (key.isAbsent()) continue;
      number--;
      if (named) {
        add({value, step, "/.", "", 0, key.symbol()});
      } else {
        add({value, step, "/value[", "]", number, {}});
        add({key, step, "/key[", "]", number, {}});
      }
    }
  }
  void parts(uint32_t step, GeneObject* g) {
    slots(step, g->children, g->size, "/children[");
    add({g->properties.get(), step, "", "", 0, Symbol::of("")});
    add({g->type.get(), step, "/type", "", 0, Symbol::of("")});
  }
  void parts(uint32_t step, FunctionObject* f) {
    slots(step, f->captures(), f->captureCount, "/captures[");
  }
  void parts(uint32_t step, ScopeObject* s) { slots(step, s->slots(), s->count, "/["); }

  bool refuse(uint32_t step) {
    std::vector<const Step*> way;
    for (uint32_t i = step; steps_[i].parent != None; i = steps_[i].parent)
      way.push_back(&steps_[i]);
    std::string path = way.empty() ? "/" : "";
    for (size_t i = way.size(); i-- > 0;) {
      const Step& part = *way[i];
      path += part.before;
      path += *part.after ? std::to_string(part.index) : std::string(part.name.text());
      path += part.after;
    }
    raise(context_, ErrorClass::Exception,
          "freeze cannot make " + valueKindName(steps_[step].value) + " frozen at " + path +
              "; Phase 1 only deep-freezes MVP containers, and sealed non-MVP values stay shallow");
    return false;
  }

  Context& context_;
  std::vector<Step> steps_;
  std::vector<uint32_t> work_;
  std::unordered_set<Object*> found_;
};

}  // namespace

Value freeze(Context& context, Arguments args) {
  Freezer freezer(context);
  if (!freezer.check(args[0])) return Value::pending();
  freezer.mark();
  return args[0];
}

}  // namespace gene
