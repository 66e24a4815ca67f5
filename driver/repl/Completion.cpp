#include "driver/repl/Completion.h"

#include <algorithm>
#include <filesystem>

#include "driver/Reference.h"
#include "driver/repl/Commands.h"
#include "runtime/object/Class.h"
#include "runtime/object/Environment.h"
#include "runtime/object/Map.h"

namespace gene::driver {
namespace {

using Words = std::vector<std::string>;

constexpr std::string_view Delimiters = " \t()[]{},;`'\"%";

void addKeys(const Value map, std::string_view prefix, Words& words) {
  if (!isMap(map)) return;
  const auto* m = as<MapObject>(map);
  for (uint32_t i = 0; (i = mapNext(m, i)) != MapEnd; i++) {
    const std::string_view name = m->entries[i].key.get().symbol().text();
    if (!name.starts_with("__")) words.push_back(std::string(prefix) + std::string(name));
  }
}

void addMethods(ClassObject* cls, std::string_view prefix, Words& words) {
  for (; cls; cls = parentOf(cls)) addKeys(cls->methods.get(), prefix, words);
}

/// What a member access on the value could name.
void addMembers(Context& context, Value value, std::string_view prefix, Words& words) {
  if (isKind(value, Kind::Namespace))
    addKeys(as<NamespaceObject>(value)->members.get(), prefix, words);
  if (isKind(value, Kind::Enum)) addKeys(as<EnumObject>(value)->members.get(), prefix, words);
  if (isMap(value)) addKeys(value, prefix, words);
  if (isClass(value)) addKeys(as<ClassObject>(value)->members.get(), prefix, words);
  if (!isInstance(value)) return;
  auto* instance = static_cast<InstanceObject*>(value.object());
  for (const auto& [name, number] : shapeOfInstance(context, instance)->slots)
    words.push_back(std::string(prefix) + std::string(name.text()));
}

Value memberOf(Context& context, Value value, Symbol name) {
  if (isKind(value, Kind::Namespace)) return namespaceGet(as<NamespaceObject>(value), name);
  if (isMap(value)) return mapGet(as<MapObject>(value), name);
  if (isInstance(value))
    return getField(context, static_cast<InstanceObject*>(value.object()), name);
  return Value::absent();
}

/// The value that a name or path stands for; absent where it is none.
Value valueOf(Context& context, std::string_view path) {
  const size_t slash = path.find('/');
  const Symbol head = Symbol::of(path.substr(0, slash));
  Value value = namedValue(context, head);
  if (value.isAbsent()) value = namespaceGet(context.globals, head);
  while (slash != std::string_view::npos && !value.isAbsent() && !path.empty()) {
    path.remove_prefix(std::min(path.find('/') + 1, path.size()));
    value = memberOf(context, value, Symbol::of(path.substr(0, path.find('/'))));
    if (path.find('/') == std::string_view::npos) break;
  }
  return value;
}

/// The class of what ends in front of a method's dot, as far as that can be seen; null: any.
ClassObject* receiverClass(Context& context, std::string_view before) {
  while (before.ends_with(' ')) before.remove_suffix(1);
  if (before.empty()) return nullptr;
  switch (before.back()) {
    case '"': return classOfKind(context, Kind::String);
    case ']': return classOfKind(context, Kind::Array);
    case '}': return classOfKind(context, Kind::Map);
    case ')': return nullptr;
    default: break;
  }
  const size_t from = before.find_last_of(Delimiters) + 1;
  const std::string_view token = before.substr(from);
  if (token.empty()) return nullptr;
  if (token[0] >= '0' && token[0] <= '9')
    return classOf(context, token.find('.') == std::string_view::npos ? Value::smallInt(0)
                                                                      : Value::floating(0));
  const Value value = valueOf(context, token);
  return value.isAbsent() ? nullptr : classOf(context, value);
}

void addMethodsOf(Context& context, ClassObject* cls, std::string_view prefix, Words& words) {
  if (cls) return addMethods(cls, prefix, words);
  for (ClassObject* any : context.classes)
    if (any) addMethods(any, prefix, words);
}

void addNames(Context& context, Words& words) {
  for (const std::string_view name : specialFormNames()) words.emplace_back(name);
  addKeys(context.globals->members.get(), "", words);
  if (session().variables) addKeys(session().variables->members.get(), "", words);
}

Editor::Completions files(const std::string& part) {
  namespace fs = std::filesystem;
  Editor::Completions result{part.size(), {}};
  const size_t slash = part.rfind('/');
  const std::string folder = slash == std::string::npos ? "" : part.substr(0, slash + 1);
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(folder.empty() ? "." : folder, failed)) {
    std::string name = folder + entry.path().filename().string();
    if (!name.starts_with(part)) continue;
    result.words.push_back(name + (entry.is_directory(failed) ? "/" : ""));
  }
  return result;
}

}  // namespace

Editor::Completions completionsFor(Context& context, const std::string& before) {
  const std::string_view text = before;
  Words words;
  const bool isCommand = text.starts_with(':');
  if (isCommand && text.find(' ') == std::string_view::npos) {
    for (const std::string_view name : replCommandNames()) words.emplace_back(name);
  } else if (text.starts_with(":load ")) {
    return files(std::string(text.substr(6)));
  } else if (std::ranges::count(text, '"') % 2 == 1) {
    return files(std::string(text.substr(text.rfind('"') + 1)));
  }
  const size_t from = isCommand && words.size() ? 0 : text.find_last_of(Delimiters) + 1;
  const std::string_view token = text.substr(from);
  if (words.empty()) {
    const size_t slash = token.rfind('/');
    if (token.starts_with('.')) {
      addMethodsOf(context, receiverClass(context, text.substr(0, from)), ".", words);
    } else if (slash != std::string_view::npos && slash > 0) {
      const Value value = valueOf(context, token.substr(0, slash));
      const std::string prefix(token.substr(0, slash + 1));
      if (value.isAbsent()) return {};
      addMembers(context, value, prefix, words);
      addMethods(classOf(context, value), prefix + ".", words);
    } else {
      addNames(context, words);
    }
  }
  std::erase_if(words, [&](const std::string& word) { return !word.starts_with(token); });
  std::ranges::sort(words);
  const auto twice = std::ranges::unique(words);
  words.erase(twice.begin(), twice.end());
  return {token.size(), std::move(words)};
}

}  // namespace gene::driver
