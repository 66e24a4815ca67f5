#include "runtime/object/Explain.h"

#include <algorithm>
#include <vector>

#include "frontend/syntax/Suggest.h"
#include "runtime/Program.h"
#include "runtime/Trace.h"
#include "runtime/object/Class.h"
#include "runtime/object/Map.h"

namespace gene {
namespace {

void addKeys(Value map, std::vector<std::string_view>& names) {
  if (!isMap(map)) return;
  const auto* table = as<MapObject>(map);
  for (uint32_t i = 0; (i = mapNext(table, i)) != MapEnd; i++)
    names.push_back(table->entries[i].key.get().symbol().text());
}

bool hintNear(Context& context, std::string_view word, const std::vector<std::string_view>& names) {
  const std::string_view near = nearest(word, names);
  if (near.empty()) return false;
  addHint(context, "did you mean '" + std::string(near) + "'?");
  return true;
}

}  // namespace

void addHint(Context& context, std::string text) {
  context.trace->hints.push_back(std::move(text));
}

void hintMethod(Context& context, Value receiver, Symbol name) {
  std::vector<std::string_view> names;
  for (const ClassObject* cls = classOf(context, receiver); cls; cls = parentOf(cls))
    addKeys(cls->methods.get(), names);
  hintNear(context, name.text(), names);
}

void hintName(Context& context, Symbol name) {
  if (const std::string_view foreign = foreignWord(name.text()); !foreign.empty())
    return addHint(context, std::string(foreign));
  std::vector<std::string_view> names;
  if (const Program* program = context.program)
    for (uint32_t i = 0; i < program->globalCount; i++)
      if (!program->slots[i].isAbsent()) names.push_back(program->globalNames[i].text());
  addKeys(context.globals->members.get(), names);
  if (hintNear(context, name.text(), names)) return;
  for (const ClassObject* cls : context.classes)
    if (cls && mapFind(as<MapObject>(cls->methods.get()), name) >= 0)
      return addHint(context, "'" + std::string(name.text()) + "' is a method: (value ." +
                                  std::string(name.text()) + " ...)");
}

void hintSignature(Context& context, const FunctionInfo& callee, int given) {
  if (callee.builtin || (!callee.slots && callee.slotCount != 0)) return;
  std::string list;
  size_t least = 0, most = 0;
  bool any = false;
  for (uint32_t i = 0; i < callee.slotCount; i++) {
    const SlotInfo& slot = callee.slots[i];
    if (slot.kind == SlotKind::Self) continue;
    const bool keyword = slot.kind == SlotKind::Keyword || slot.kind == SlotKind::KeywordRest;
    const bool rest = slot.kind == SlotKind::Rest || slot.kind == SlotKind::KeywordRest;
    list += (list.empty() ? "" : " ") + std::string(keyword ? "^" : "") +
            std::string(slot.name.text()) +
            (rest            ? "..."
             : slot.optional ? " = ..."
                             : "");
    any |= slot.kind == SlotKind::Rest;
    if (slot.kind != SlotKind::Positional) continue;
    most++;
    least += !slot.optional;
  }
  const std::string name = callee.isCtor         ? "new"
                           : callee.name.empty() ? "the function"
                                                 : std::string(callee.name.text());
  if (given >= 0) {
    std::string wanted = std::to_string(least);
    if (any)
      wanted = "at least " + wanted;
    else if (least != most)
      wanted += " to " + std::to_string(most);
    addHint(context, name + " takes " + wanted + (wanted == "1" ? " argument, " : " arguments, ") +
                         std::to_string(given) + (given == 1 ? " was given" : " were given"));
  }
  if (callee.program && callee.site < callee.program->siteCount)
    context.trace->definition = {&callee.program->sites[callee.site], name + " [" + list + "]"};
}

void hintKeyword(Context& context, const FunctionInfo& callee, Symbol keyword) {
  std::vector<std::string_view> names;
  for (uint32_t i = 0; i < callee.slotCount; i++)
    if (callee.slots[i].kind == SlotKind::Keyword) names.push_back(callee.slots[i].name.text());
  hintNear(context, keyword.text(), names);
  hintSignature(context, callee, -1);
}

void hintCallable(Context& context, Value callee) {
  if (callee.isVoid())
    addHint(context, "what is called here does not exist: a member of that name is missing");
  else if (callee.isNil())
    addHint(context, "what is called here is nil");
  else if (isClass(callee))
    addHint(context, "an object is made by (new " +
                         std::string(as<ClassObject>(callee)->name.get().symbol().text()) +
                         " ...)");
  else
    addHint(context, "brackets around a value call it: without them it is the value itself");
}

}  // namespace gene
