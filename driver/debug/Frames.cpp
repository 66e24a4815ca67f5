// What a stopped program looks like: frames, variables, values; and code that is evaluated in a frame.

#include <algorithm>
#include <utility>

#include "driver/debug/Debugger.h"
#include "frontend/syntax/Reader.h"
#include "runtime/Runtime.h"
#include "runtime/Trace.h"
#include "runtime/heap/Heap.h"
#include "runtime/object/Array.h"
#include "runtime/object/Class.h"
#include "runtime/object/Environment.h"
#include "runtime/object/FromForm.h"
#include "runtime/object/Gene.h"
#include "runtime/object/Map.h"
#include "runtime/object/Members.h"
#include "runtime/object/Print.h"
#include "runtime/vm/Interpreter.h"

namespace gene::debug {

const std::vector<Frame>& Debugger::frames() {
  if (!hasFrames_) collectFrames();
  return frames_;
}

/// By the links, and from each run of the interpreter to the frame whose call into C++ led to it.
void Debugger::collectFrames() {
  hasFrames_ = true;
  frames_.clear();
  vm::Place at = at_;
  const vm::Entered* run = context_.vm->entered;
  while (at.base && frames_.size() < MostFrames) {
    frames_.push_back(frameAt(at));
    const uint64_t link = at.base[-1].bits;
    const auto* pc = reinterpret_cast<const uint16_t*>(link >> 16);
    if (pc != vm::exitCode) {
      at = {pc, at.base - (link & 0xFFFF)};
      continue;
    }
    if (!run) break;
    at = run->from;
    run = run->outer;
  }
}

/// The point that is in force at a word of the code.
const DebugTable::Point* Debugger::pointAt(const vm::Code& code, uint32_t offset) const {
  if (code.info->program != &program_) return nullptr;
  const std::vector<DebugTable::Place>& places = table_.places[code.info->index];
  const auto behind = std::ranges::upper_bound(places, offset, {}, &DebugTable::Place::offset);
  if (behind == places.begin() || (behind - 1)->point == DebugTable::None) return nullptr;
  return &table_.points[(behind - 1)->point];
}

Frame Debugger::frameAt(vm::Place at) {
  const vm::Code& code = vm::codeOf(at.base);
  const Symbol name = code.info->name;
  Frame frame{
      .at = at, .function = name == sym::Init ? "<module>" : std::string(name.text()), .place = {}};
  const auto offset = static_cast<uint32_t>((at.pc - code.start) / 4) - 1;
  frame.point = pointAt(code, offset);
  const auto stopped = byCode_.find(at.pc - 4);
  if (isAtSpot_ && at.base == at_.base && stopped != byCode_.end()) {
    frame.point = &table_.points[stopped->second];
    frame.place = spots_[stopped->second].place;
  } else if (const vm::SiteEntry* site = vm::siteBefore(at.pc, at.base)) {
    const TraceSite& s = code.info->program->sites[site->site];
    frame.place = {s.file, s.line, s.column};
  }
  if (frame.function.empty()) frame.function = "fn";
  return frame;
}

ScopeObject* Debugger::scopeAt(const Frame& frame, size_t index) {
  const uint32_t reg = frame.point->scopes[index].reg;
  if (reg == DebugTable::None || !isKind(frame.at.base[reg], Kind::Scope)) return nullptr;
  return as<ScopeObject>(frame.at.base[reg]);
}

namespace {

/// Calls f(name, scope, slot, constant) for what a table of names lists.
template <class F>
void forEachName(const Form* names, F&& f) {
  const Span<Form* const> items = as<ArrayForm>(*names).items;
  for (size_t i = 0; i + 3 < items.size(); i += 4)
    f(as<SymbolForm>(*items[i]).symbol, static_cast<size_t>(as<IntForm>(*items[i + 1]).value),
      static_cast<uint32_t>(as<IntForm>(*items[i + 2]).value),
      as<IntForm>(*items[i + 3]).value != 0);
}

}  // namespace

std::vector<Variable> Debugger::locals(const Frame& frame, bool captured) {
  std::vector<Variable> found;
  if (!frame.point) return found;
  forEachName(frame.point->names, [&](Symbol name, size_t scope, uint32_t slot, bool) {
    if (frame.point->scopes[scope].captured != captured) return;
    ScopeObject* object = scopeAt(frame, scope);
    if (object && slot < object->count && !object->slots()[slot].get().isAbsent())
      found.push_back({std::string(name.text()), object->slots()[slot].get()});
  });
  return found;
}

Value Debugger::self(const Frame& frame) {
  if (!frame.point || frame.point->self == DebugTable::None) return Value::absent();
  return frame.at.base[frame.point->self];
}

std::vector<Variable> Debugger::globals() {
  std::vector<Variable> found;
  for (uint32_t i = 0; i < program_.globalCount; i++) {
    const Value value = program_.slots[i];
    if (program_.globalSources[i] == Program::NoSource || value.isAbsent() || value.isPending())
      continue;
    found.push_back({std::string(program_.globalNames[i].text()), value});
  }
  return found;
}

/// The variables that the frame sees, as code that is known at run time only sees them.
EnvironmentObject* Debugger::environmentOf(const Frame& frame) {
  ArrayObject* names = newArray(context_, 0);
  std::vector<Value> scopes;  // those of the frame keep them alive
  if (frame.point) {
    std::vector<int64_t> numbers(frame.point->scopes.size(), -1);
    for (size_t i = 0; i < numbers.size(); i++)
      if (ScopeObject* scope = scopeAt(frame, i)) {
        numbers[i] = static_cast<int64_t>(scopes.size());
        scopes.push_back(Value::object(scope));
      }
    forEachName(frame.point->names, [&](Symbol name, size_t scope, uint32_t slot, bool constant) {
      if (numbers[scope] < 0 || slot >= scopeAt(frame, scope)->count) return;
      for (const Value v : {Value::symbol(name), Value::smallInt(numbers[scope]),
                            Value::smallInt(slot), Value::smallInt(constant)})
        arrayPush(context_, names, v);
    });
  }
  Value self = this->self(frame);
  if (self.isAbsent()) self = context_.moduleSelf;
  return newEnvironment(context_, Value::object(names), self, scopes.data(),
                        static_cast<uint32_t>(scopes.size()));
}

Evaluated Debugger::evaluate(const Frame& frame, const std::string& text) {
  SourceManager sources;
  DiagnosticEngine diagnostics(sources);
  Arena arena;
  const Span<Form*> forms = readForms(sources.add("<debug>", text), arena, diagnostics);
  for (const Diagnostic& d : diagnostics.all())
    if (d.severity == Severity::Error) return {true, Value::nil(), d.message};
  if (forms.empty()) return {true, Value::nil(), "there is nothing to evaluate"};
  Form* form = forms.size() == 1
                   ? forms[0]
                   : arena.make<GeneForm>(forms[0]->loc, forms[0], Span<Property>{},
                                          arena.copy(Span<Form* const>(forms.subspan(1))));
  // What the program is about to do is left as it is.
  const Trace trace = *context_.trace;
  const Value current = context_.current;
  if (!exception_.isNil()) context_.current = exception_;
  evaluates_ = true;
  const Value value = gene::evaluate(context_, fromForm(context_, *form), environmentOf(frame));
  Evaluated result{value.isPending(), value, {}};
  if (result.raised) {
    result.value = takeException(context_);
    result.error = describe(result.value);
  }
  evaluates_ = false;
  context_.current = current;
  *context_.trace = trace;
  return result;
}

// --- values ------------------------------------------------------------------------------------------------------------------

std::string Debugger::textOf(Value value) {
  constexpr size_t Most = 2000;
  const bool before = std::exchange(evaluates_, true);
  std::string text = literalText(context_, value);
  evaluates_ = before;
  if (text.size() <= Most) return text;
  size_t end = Most;
  while ((static_cast<uint8_t>(text[end]) & 0xC0) == 0x80) end--;
  return text.substr(0, end) + "…";
}

std::vector<Variable> Debugger::partsOf(Value value) {
  constexpr size_t Most = 1000;
  std::vector<Variable> parts;
  const auto add = [&](std::string name, Value part) {
    if (parts.size() < Most && !part.isAbsent()) parts.push_back({std::move(name), part});
  };
  const auto addEntries = [&](const MapObject* map) {
    for (uint32_t i = 0; (i = mapNext(map, i)) != MapEnd; i++) {
      const Value key = map->entries[i].key.get();
      add(key.isSymbol() ? std::string(key.symbol().text()) : textOf(key),
          map->entries[i].value.get());
    }
  };
  const auto addItems = [&](const ArrayObject* array) {
    for (uint32_t i = 0; i < array->size; i++) add(std::to_string(i), arrayAt(array, i));
  };
  if (isKind(value, Kind::Array)) addItems(as<ArrayObject>(value));
  if (isKind(value, Kind::Map) || isKind(value, Kind::HashMap)) addEntries(as<MapObject>(value));
  if (isInstance(value)) {
    auto* instance = static_cast<InstanceObject*>(value.object());
    for (const Symbol name : fieldNames(instance))
      add(std::string(name.text()), getField(context_, instance, name));
  }
  if (isKind(value, Kind::Gene)) {
    auto* gene = as<GeneObject>(value);
    add("head", gene->type.get());
    if (isMap(gene->properties.get())) addEntries(as<MapObject>(gene->properties.get()));
    for (uint32_t i = 0; i < gene->size; i++) add(std::to_string(i), gene->children[i].get());
  }
  return parts;
}

Evaluated Debugger::setPart(const Frame& frame, Value whole, const std::string& name,
                            const std::string& text) {
  Evaluated result = evaluate(frame, text);
  if (result.raised) return result;
  const bool isItem = name.find_first_not_of("0123456789") == std::string::npos;
  const bool done =
      isItem ? setIndex(context_, whole, std::strtoll(name.c_str(), nullptr, 10), result.value)
             : setMember(context_, whole, Symbol::of(name), result.value);
  if (done) return result;
  const Trace trace = *context_.trace;
  const Value raised = takeException(context_);
  *context_.trace = trace;
  return {true, raised, describe(raised)};
}

}  // namespace gene::debug
