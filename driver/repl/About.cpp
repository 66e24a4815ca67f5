#include "driver/repl/About.h"

#include <algorithm>

#include "codegen/eval/Evaluate.h"
#include "driver/Reference.h"
#include "runtime/Program.h"
#include "runtime/object/Class.h"
#include "runtime/object/Environment.h"
#include "runtime/object/Function.h"
#include "runtime/object/Map.h"
#include "runtime/object/Print.h"

namespace gene::driver {
namespace {

/// a, b?, ^c, rest…: the slots of a function.
std::vector<std::string> parametersOf(const FunctionInfo& info) {
  std::vector<std::string> parameters;
  for (uint32_t i = 0; i < info.slotCount && info.slots; i++) {
    const SlotInfo& slot = info.slots[i];
    if (slot.kind == SlotKind::Self) continue;
    const bool isKeyword = slot.kind == SlotKind::Keyword || slot.kind == SlotKind::KeywordRest;
    const bool isRest = slot.kind == SlotKind::Rest || slot.kind == SlotKind::KeywordRest;
    parameters.push_back((isKeyword ? "^" : "") + std::string(slot.name.text()) +
                         (isRest          ? "..."
                          : slot.optional ? "?"
                                          : ""));
  }
  return parameters;
}

std::vector<std::string> splitAtBlanks(std::string_view words) {
  std::vector<std::string> parts;
  while (!words.empty()) {
    const std::string_view word = words.substr(0, words.find(' '));
    if (!word.empty()) parts.emplace_back(word);
    words.remove_prefix(std::min(word.size() + 1, words.size()));
  }
  return parts;
}

/// name [a b ^c]
std::string signatureOf(const FunctionInfo& info) {
  std::string text(info.name.text().empty() ? "fn" : info.name.text());
  text += " [";
  bool isFirst = true;
  for (const std::string& parameter : parametersOf(info)) {
    text += (isFirst ? "" : " ") + parameter;
    isFirst = false;
  }
  return text + "]";
}

void describeFunction(Context& context, Value value, About& about) {
  about.type = "function";
  const FunctionInfo& info = *as<FunctionObject>(value)->info;
  if (info.builtin) return;
  about.parameters = parametersOf(info);
  about.text = signatureOf(info) + "\n";
  about.summary = displayText(context, functionIntent(context, value));
  if (!about.summary.empty()) about.text += about.summary + "\n";
  if (info.program && info.site < info.program->siteCount) {
    const TraceSite& site = info.program->sites[info.site];
    about.file = site.file;
    about.line = site.line;
    about.text += "defined at " + about.file + ":" + std::to_string(site.line) + "\n";
  }
}

void describeClass(ClassObject* cls, About& about) {
  about.type = "class";
  std::string& text = about.text;
  text = "class " + std::string(cls->name.get().symbol().text());
  if (const ClassObject* parent = parentOf(cls))
    text += " < " + std::string(parent->name.get().symbol().text());
  about.summary = text;
  text += "\n";
  const auto* methods = as<MapObject>(cls->methods.get());
  for (uint32_t i = 0; (i = mapNext(methods, i)) != MapEnd; i++) {
    const std::string_view name = methods->entries[i].key.get().symbol().text();
    const Value method = methods->entries[i].value.get();
    const bool isOwn = isKind(method, Kind::Function) && !as<FunctionObject>(method)->info->builtin;
    text +=
        "  ." + (isOwn ? signatureOf(*as<FunctionObject>(method)->info) : std::string(name)) + "\n";
  }
}

void describeBuiltin(const BuiltinEntry& builtin, std::string_view type, About& about) {
  about.type = type;
  if (about.text.empty()) {
    const std::string_view words = builtin.row->function.signature;
    about.parameters = splitAtBlanks(words.substr(0, words.find("->")));
    about.summary = builtin.row->documentation;
  }
  about.text += builtin.text() + "\n";
}

Value valueOf(Context& context, std::string_view name) {
  const Value value = namedValue(context, Symbol::of(name));
  return value.isAbsent() ? namespaceGet(context.globals, Symbol::of(name)) : value;
}

std::string_view typeOfValue(Value value) {
  if (value.isAbsent()) return "";
  if (isKind(value, Kind::Function)) return "function";
  if (isClass(value)) return "class";
  return isKind(value, Kind::Namespace) ? "namespace" : "variable";
}

}  // namespace

About aboutName(Context& context, const std::string& name) {
  About about;
  if (name.starts_with('.')) {
    for (const BuiltinEntry& e : builtinMethods(std::string_view(name).substr(1)))
      describeBuiltin(e, "method", about);
    return about;
  }
  const Value value = valueOf(context, name);
  if (isKind(value, Kind::Function)) describeFunction(context, value, about);
  if (isClass(value)) describeClass(as<ClassObject>(value), about);
  if (!about.text.empty()) return about;
  if (const BuiltinEntry builtin = findBuiltin(name); builtin.row) {
    describeBuiltin(builtin, "function", about);
  } else if (const std::string form = aboutSpecialForm(name); !form.empty()) {
    about.type = "special-form";
    about.summary = form;
    about.text = form + "\n";
  } else if (!value.isAbsent()) {
    about.type = typeOfValue(value);
    about.summary = kindName(context, value) + ": " + literalText(context, value);
    about.text = name + " is " + about.summary + "\n";
  }
  return about;
}

std::string_view typeOfName(Context& context, std::string_view name) {
  const size_t slash = name.rfind('/');
  if (name.substr(slash == std::string_view::npos ? 0 : slash + 1).starts_with('.'))
    return "method";
  if (const std::string_view type = typeOfValue(valueOf(context, name)); !type.empty()) return type;
  if (findBuiltin(name).row) return "function";
  return aboutSpecialForm(name).empty() ? "variable" : "special-form";
}

}  // namespace gene::driver
