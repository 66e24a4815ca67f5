// Values as trees of files (15 §4): gene/serdes/write_tree and read_tree. A directory holds a map (a file or directory per
// key), an array (children under ids, and their order) or a Gene (type, properties, children).

#include <unistd.h>

#include <algorithm>
#include <set>
#include <vector>

#include "runtime/builtins/Io.h"
#include "runtime/builtins/Serdes.h"
#include "runtime/object/Array.h"
#include "runtime/object/Gene.h"
#include "runtime/object/Map.h"
#include "runtime/object/Print.h"
#include "runtime/support/Hash.h"
#include "runtime/system/Files.h"
#include "runtime/system/Paths.h"

namespace gene {
namespace {

constexpr const char *TypeName = "_genetype", *PropertiesName = "_geneprops",
                     *ChildrenName = "_genechildren", *OrderName = "_genearray";
constexpr std::string_view Suffix = ".gene";

// --- names -------------------------------------------------------------------------------------------------------------

bool isReserved(std::string_view key) {
  return key == TypeName || key == PropertiesName || key == ChildrenName || key == OrderName;
}

/// A key as the name of a file: what is not a letter, digit or one of -_.~ in percents.
std::string encodeKey(std::string_view key) {
  constexpr char Hex[] = "0123456789ABCDEF";
  std::string name;
  // Names that mean something else, or nothing.
  const bool isOdd = isReserved(key) || key.empty() || key.find_first_not_of('.') == key.npos;
  for (size_t i = 0; i < key.size(); i++) {
    const char c = key[i];
    const bool isPlain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                         (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '~';
    if (isPlain && !(isOdd && i == 0)) {
      name += c;
      continue;
    }
    name += '%';
    name += Hex[static_cast<uint8_t>(c) >> 4];
    name += Hex[static_cast<uint8_t>(c) & 15];
  }
  return key.empty() ? "%" : name;
}

int hexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if ((c | 32) >= 'a' && (c | 32) <= 'f') return (c | 32) - 'a' + 10;
  return -1;
}
std::string decodeKey(std::string_view name) {
  if (name == "%") return "";
  std::string key;
  for (size_t i = 0; i < name.size(); i++) {
    const bool isCode = name[i] == '%' && i + 2 < name.size() && hexDigit(name[i + 1]) >= 0 &&
                        hexDigit(name[i + 2]) >= 0;
    key += isCode ? static_cast<char>(hexDigit(name[i + 1]) * 16 + hexDigit(name[i + 2])) : name[i];
    if (isCode) i += 2;
  }
  return key;
}

// --- selectors ---------------------------------------------------------------------------------------------------------

/// The text of a selector: a string, or a path as it was written. False for other values.
bool selectorText(Context& context, Value v, std::string* text) {
  if (!isString(v) && !v.isSymbol() && !isKind(v, Kind::ComplexSymbol)) return false;
  *text = displayText(context, v);
  if (text->starts_with("self/")) text->erase(0, 4);
  return true;
}

bool raiseFalse(Context& context, const std::string& message) {
  raise(context, ErrorClass::Exception, message);
  return false;
}

/// The directories that ^separate names: "/a/b" of /a/b/*, "" of the root; with all above them.
bool separateArgument(Context& context, Value given, std::set<std::string>* directories) {
  if (given.isNil()) return true;
  if (!isArray(given)) return raiseFalse(context, "write_tree ^separate expects an array");
  const auto* array = as<ArrayObject>(given);
  for (uint32_t i = 0; i < array->size; i++) {
    std::string text;
    if (!selectorText(context, arrayAt(array, i), &text))
      return raiseFalse(context,
                        "write_tree ^separate entries must be selectors, strings, or symbols");
    if (!text.starts_with('/') || !text.ends_with("/*"))
      return raiseFalse(
          context, "write_tree ^separate entries must be absolute child selectors ending with /*");
    for (std::string path = text.substr(0, text.size() - 2);; path.erase(path.rfind('/'))) {
      directories->insert(path);
      if (path.empty()) break;
    }
  }
  return true;
}

// --- writing -----------------------------------------------------------------------------------------------------------

class TreeWriter {
 public:
  TreeWriter(Context& context, const std::set<std::string>& directories)
      : context_(context), directories_(directories) {}

  /// Writes `v`, which lies at `at` in the whole, as the file PATH.gene or the directory PATH.
  bool write(Value v, const std::string& at, const std::string& path) {
    if (directories_.contains(at)) return directory(v, at, path);
    return file(v, path + std::string(Suffix));
  }

  bool file(Value v, const std::string& path) {
    std::string text;
    return serializeValue(context_, v, text) && done(replaceFile(path, text), path);
  }

  bool directory(Value v, const std::string& at, const std::string& path) {
    if (isMap(v)) return map(as<MapObject>(v), at, path);
    if (isArray(v)) {
      const auto* array = as<ArrayObject>(v);
      std::vector<Value> items;
      for (uint32_t i = 0; i < array->size; i++) items.push_back(arrayAt(array, i));
      return list(items, at, path);
    }
    if (isGene(v)) return gene(as<GeneObject>(v), at, path);
    return raiseFalse(context_,
                      at.empty() ? "write_tree ^separate targets a non-structural root value"
                                 : "write_tree ^separate targets a non-structural value at " + at);
  }

 private:
  bool done(const IoStatus& status, const std::string& path) {
    if (!status) raiseFailed(context_, "write file", path, status);
    return status.ok();
  }
  bool makeDirectory(const std::string& path) {
    const IoStatus status = createDirectories(path);
    if (!status) raiseFailed(context_, "create directory", path, status);
    return status.ok();
  }

  bool map(const MapObject* map, const std::string& at, const std::string& path) {
    if (!makeDirectory(path)) return false;
    for (uint32_t i = 0; (i = mapNext(map, i)) != MapEnd; i++) {
      const std::string key(map->entries[i].key.get().symbol().text());
      if (!write(map->entries[i].value.get(), at + "/" + key, joinPaths(path, encodeKey(key))))
        return false;
    }
    return true;
  }

  /// Children under ids that tell their content, so that a child keeps its file when others come and go. The values are
  /// those of an array or Gene that the caller holds.
  bool list(const std::vector<Value>& items, const std::string& at, const std::string& path) {
    if (!makeDirectory(path)) return false;
    std::set<std::string> used;
    std::string order = "(gene/serialization [";
    for (size_t i = 0; i < items.size(); i++) {
      std::string text;
      if (!serializeValue(context_, items[i], text)) return false;
      char hash[20];
      std::snprintf(hash, sizeof hash, "v%08x%04x", hashText(text), hashText(text + "#") & 0xFFFF);
      std::string id = hash;
      for (int n = 2; !used.insert(id).second; n++)
        id = std::string(hash) + "-" + std::to_string(n);
      order += (i ? " \"" : "\"") + id + "\"";
      if (!write(items[i], at + "/" + std::to_string(i), joinPaths(path, id))) return false;
    }
    const std::string file = joinPaths(path, std::string(OrderName) + std::string(Suffix));
    return done(replaceFile(file, order + "])"), file);
  }

  bool gene(GeneObject* gene, const std::string& at, const std::string& path) {
    const auto part = [&](const char* name) { return joinPaths(path, name); };
    const auto below = [&](const char* name) { return at + "/" + name; };
    if (!makeDirectory(path) || !write(gene->type.get(), below(TypeName), part(TypeName)))
      return false;
    const Value properties = gene->properties.get();
    if (isMap(properties) && as<MapObject>(properties)->size &&
        !map(as<MapObject>(properties), below(PropertiesName), part(PropertiesName)))
      return false;
    std::vector<Value> children;
    for (uint32_t i = 0; i < gene->size; i++) children.push_back(gene->children[i].get());
    return children.empty() || list(children, below(ChildrenName), part(ChildrenName));
  }

  Context& context_;
  const std::set<std::string>& directories_;
};

/// Puts the new file or directory where it belongs; what was there before goes.
IoStatus install(const std::string& made, const std::string& path, const std::string& other) {
  for (const std::string& old : {path, other}) {
    IoStatus status;
    if (isDirectory(old))
      status = removeTree(old);
    else if (old != path || isDirectory(made))
      status = removeFile(old);
    if (!status) return status;
  }
  return renameFile(made, path);
}

Value writeTree(Context& context, Arguments args) {
  const Value separate = keywordArgument(args, "separate");
  std::string path;
  if (!isString(args.at(0))) return raiseArgument(context, "write_tree expects a string path");
  if (!pathArgument(context, args, 0, "write_tree", PathUse::Write, &path)) return Value::pending();
  std::set<std::string> directories;
  if (!separateArgument(context, separate, &directories)) return Value::pending();
  const bool isFilePath = path.ends_with(Suffix);
  if (isFilePath && !directories.empty())
    return raise(context, ErrorClass::Exception,
                 "write_tree cannot use a .gene path when ^separate requires directories");
  if (const std::string parent(directoryName(path)); !isDirectory(parent))
    if (const IoStatus status = createDirectories(parent); !status)
      return raiseFailed(context, "create directory", parent, status);
  // Everything is made beside, under a name that nothing has, and renamed.
  const std::string made = path + "." + std::to_string(::getpid()) + ".new";
  for (const std::string& beside : {made, isFilePath ? path : path + std::string(Suffix)})
    if (!mayUse(context, Permission::Write, beside)) return Value::pending();
  TreeWriter writer(context, directories);
  const bool isWritten =
      directories.empty() ? writer.file(args[1], made) : writer.directory(args[1], "", made);
  if (!isWritten) {
    static_cast<void>(directories.empty() ? removeFile(made) : removeTree(made));
    return Value::pending();
  }
  const std::string file = isFilePath ? path : path + std::string(Suffix);
  const std::string other = isFilePath ? path.substr(0, path.size() - Suffix.size()) : path;
  const IoStatus status = directories.empty() ? install(made, file, isFilePath ? file : other)
                                              : install(made, path, file);
  return status ? Value::nil() : raiseFailed(context, "write file", path, status);
}

// --- reading -----------------------------------------------------------------------------------------------------------

class TreeReader {
 public:
  explicit TreeReader(Context& context) : context_(context) {}

  Value file(const std::string& path) {
    std::string text;
    FileDescriptor opened;
    uint64_t size = 0;
    IoStatus status = openForReading(path, &opened, &size);
    if (status) {
      InputStream stream(std::move(opened));
      if (stream.rest(&text) == InputStream::Got::Failure) status = stream.status();
    }
    if (!status) return raiseFailed(context_, "read file", path, status);
    return deserializeText(context_, text);
  }

  /// What PATH.gene or the directory PATH holds.
  Value node(const std::string& path) {
    const bool hasFile = isFile(path + std::string(Suffix)), hasDirectory = isDirectory(path);
    if (hasFile && hasDirectory)
      return raise(context_, ErrorClass::Exception,
                   "Filesystem tree root is ambiguous, both file and directory exist: " + path);
    if (hasFile) return file(path + std::string(Suffix));
    if (hasDirectory) return directory(path);
    return raiseIo(context_, "Filesystem tree path not found: " + path, path,
                   IoStatus::error(ENOENT));
  }

 private:
  /// The names of the nodes in a directory, without suffix.
  bool entries(const std::string& path, std::vector<std::string>* found) {
    std::vector<std::string> names;
    const IoStatus status = listDirectory(path, &names);
    if (!status) {
      raiseFailed(context_, "list directory", path, status);
      return false;
    }
    for (std::string& name : names) {
      const bool isNode = isDirectory(joinPaths(path, name));
      if (!isNode && !name.ends_with(Suffix)) continue;
      if (!isNode) name.resize(name.size() - Suffix.size());
      if (name != OrderName && std::ranges::find(*found, name) == found->end())
        found->push_back(name);
    }
    return true;
  }

  Value directory(const std::string& path) {
    std::vector<std::string> names;
    if (!entries(path, &names)) return Value::pending();
    if (std::ranges::find(names, TypeName) != names.end()) return gene(path, names);
    const std::string order = joinPaths(path, std::string(OrderName) + std::string(Suffix));
    if (isFile(order)) {
      const Value ids = file(order);
      if (ids.isPending()) return ids;
      if (isOrder(ids, names)) return list(path, ids);
    }
    return map(path, names);
  }

  /// Does the array list exactly these names?
  static bool isOrder(Value ids, const std::vector<std::string>& names) {
    if (!isArray(ids) || as<ArrayObject>(ids)->size != names.size()) return false;
    std::set<std::string_view> listed;
    for (uint32_t i = 0; i < as<ArrayObject>(ids)->size; i++) {
      const Value id = arrayAt(as<ArrayObject>(ids), i);
      if (!isString(id)) return false;
      listed.insert(stringView(id));
    }
    return listed.size() == names.size() &&
           std::ranges::all_of(names, [&](const auto& name) { return listed.contains(name); });
  }

  Value list(const std::string& path, Value ids) {
    ArrayObject* items = newArray(context_, as<ArrayObject>(ids)->size);
    for (uint32_t i = 0; i < as<ArrayObject>(ids)->size; i++) {
      const Value item = node(joinPaths(path, stringView(arrayAt(as<ArrayObject>(ids), i))));
      if (item.isPending()) return item;
      arrayPush(context_, items, item);
    }
    return Value::object(items);
  }

  Value map(const std::string& path, const std::vector<std::string>& names) {
    MapObject* map = newMap(context_);
    for (const std::string& name : names) {
      const Value v = node(joinPaths(path, name));
      if (v.isPending()) return v;
      mapPut(context_, map, Symbol::of(decodeKey(name)), v);
    }
    return Value::object(map);
  }

  Value gene(const std::string& path, const std::vector<std::string>& names) {
    const auto has = [&](const char* name) {
      return std::ranges::find(names, name) != names.end();
    };
    const Value type = node(joinPaths(path, TypeName));
    if (type.isPending()) return type;
    GeneObject* gene = newGene(context_, type);
    if (has(PropertiesName)) {
      const Value properties = node(joinPaths(path, PropertiesName));
      if (properties.isPending()) return properties;
      if (isMap(properties)) gene->properties.set(properties);
    }
    if (has(ChildrenName)) {
      const Value children = node(joinPaths(path, ChildrenName));
      if (children.isPending()) return children;
      for (uint32_t i = 0; isArray(children) && i < as<ArrayObject>(children)->size; i++)
        genePush(context_, gene, arrayAt(as<ArrayObject>(children), i));
    }
    return Value::object(gene);
  }

  Context& context_;
};

Value readTree(Context& context, Arguments args) {
  const Value lazy = keywordArgument(args, "lazy");
  std::string path;
  if (!isString(args.at(0))) return raiseArgument(context, "read_tree expects a string path");
  if (!pathArgument(context, args, 0, "read_tree", PathUse::Read, &path)) return Value::pending();
  if (!lazy.isNil() && !isArray(lazy))
    return raise(context, ErrorClass::Exception, "read_tree ^lazy expects an array");
  for (uint32_t i = 0; isArray(lazy) && i < as<ArrayObject>(lazy)->size; i++) {
    std::string text;
    if (!selectorText(context, arrayAt(as<ArrayObject>(lazy), i), &text) || !text.starts_with('/'))
      return raise(context, ErrorClass::Exception,
                   "read_tree ^lazy entries must be absolute node selectors");
  }
  TreeReader reader(context);
  if (!path.ends_with(Suffix)) return reader.node(path);
  if (!isFile(path))
    return raiseIo(context, "Filesystem tree path not found: " + path, path,
                   IoStatus::error(ENOENT));
  return reader.file(path);
}

constexpr BuiltinRow rows[] = {
    {"write_tree", writeTree, "path value ^separate -> Value", "RrwacW",
     "writes a value as a file, or with `^separate [/a/* …]` as directories with a file per child",
     Missing{"write_tree expects a path and a value"}},
    {"read_tree", readTree, "path ^lazy -> Value", "RrwacF",
     "the value of such a file or directory", Missing{"read_tree expects a string path"}},
};

}  // namespace

BUILTIN_TABLE(treeTable, "gene/serdes", Functions, rows)

}  // namespace gene
