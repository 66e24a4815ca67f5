// Dir (14 system §14.4), with walking, patterns and temporary directories.

#include "runtime/builtins/Io.h"
#include "runtime/object/Array.h"
#include "runtime/system/Files.h"
#include "runtime/system/Paths.h"

namespace gene {
namespace {

Value paths(Context& context, const std::vector<std::string>& all) {
  ArrayObject* array = newArray(context, static_cast<uint32_t>(all.size()));
  for (const std::string& path : all) arrayPush(context, array, checkedString(context, path));
  return Value::object(array);
}

Value exists(Context& context, Arguments args) {
  std::string path;
  if (!pathArgument(context, args, 0, "Dir/exists", PathUse::Read, &path)) return Value::pending();
  return Value::boolean(isDirectory(path));
}

Value create(Context& context, Arguments args) {
  std::string path;
  if (!pathArgument(context, args, 0, "Dir/create", PathUse::Write, &path)) return Value::pending();
  const IoStatus status = createDirectories(path);
  return status ? Value::nil() : raiseFailed(context, "create directory", path, status);
}

Value remove(Context& context, Arguments args) {
  std::string path;
  if (!pathArgument(context, args, 0, "Dir/delete", PathUse::Write, &path)) return Value::pending();
  const IoStatus status = removeTree(path);
  return status ? Value::nil() : raiseFailed(context, "delete directory", path, status);
}

Value list(Context& context, Arguments args) {
  std::string path;
  if (!pathArgument(context, args, 0, "Dir/list", PathUse::Read, &path)) return Value::pending();
  std::vector<std::string> names;
  const IoStatus status = listDirectory(path, &names);
  if (!status && status.number() != ENOENT)
    return raiseFailed(context, "list directory", path, status);
  for (std::string& name : names) name = joinPaths(path, name);
  return paths(context, names);
}

/// All paths below, or a call of the function for each.
Value walk(Context& context, Arguments args) {
  std::string path;
  if (!pathArgument(context, args, 0, "Dir/walk", PathUse::Read, &path)) return Value::pending();
  const Value function = args.at(1);
  std::vector<std::string> found;
  const IoStatus status = walkTree(path, [&](const std::string& next) {
    if (function.isNil()) {
      found.push_back(next);
      return true;
    }
    const Value name = checkedString(context, next);
    return !call(context, function, &name, 1).isPending();
  });
  if (!context.exception.isPending()) return Value::pending();
  if (!status) return raiseFailed(context, "list directory", path, status);
  return function.isNil() ? paths(context, found) : Value::nil();
}

Value glob(Context& context, Arguments args) {
  std::string pattern;
  if (!pathArgument(context, args, 0, "Dir/glob", PathUse::Unseen, &pattern))
    return Value::pending();
  std::vector<std::string> found = globPaths(pattern);
  std::erase_if(
      found, [](const std::string& path) { return !sandbox::allowsPath(Permission::Read, path); });
  return paths(context, found);
}

Value temporary(Context& context, Arguments args) {
  const Value function = args.at(0);
  const Value given = keywordArgument(args, "prefix"), in = keywordArgument(args, "dir");
  const std::string folder(isString(in) ? stringView(in) : temporaryDirectory());
  std::string path;
  const IoStatus status =
      createTemporary(folder, isString(given) ? stringView(given) : "gene-", "", true, &path);
  if (!status) return raiseFailed(context, "create a temporary directory in", folder, status);
  const Value name = checkedString(context, path);
  if (function.isNil()) return name;
  const Value result = call(context, function, &name, 1);
  static_cast<void>(removeTree(path));
  return result;
}

Value home(Context& context, Arguments) { return checkedString(context, homeDirectory()); }

constexpr BuiltinRow rows[] = {
    {"exists", exists, "path:String -> Bool", "RrwF", "is there a directory?",
     Missing{"Dir/exists requires a string path"}},
    {"create", create, "path:String -> Value", "RrwaW",
     "makes a directory and its parents; an existing one is fine",
     Missing{"Dir/create requires a string path"}},
    {"delete", remove, "path:String -> Value", "RrwaW",
     "removes a directory and all in it; one that is absent is fine",
     Missing{"Dir/delete requires a string path"}},
    {"list", list, "path:String -> Array", "RrwaF",
     "the paths in it, sorted; `[]` where there is no directory",
     Missing{"Dir/list requires a string path"}},
    {"walk", walk, "path:String f? -> Value", "RrwacF",
     "all paths below it, parents first; or calls f(path) for each",
     Missing{"Dir/walk requires a string path"}},
    {"glob", glob, "pattern -> Array", "RrwaF",
     "the paths that fit a pattern, sorted: `*` `?` `[a-z]` `{a,b}`, `**` for directories",
     Missing{"Dir/glob requires a string path"}},
    {"temp", temporary, "f? ^prefix ^dir -> Value", "RrwacW",
     "a new directory, by `^prefix`, `^dir`: its path; with a function, deleted after it"},
    {"home", home, "-> Value", "RrwaE", "the user's home directory"},
};

}  // namespace

BUILTIN_TABLE(directoryTable, "Dir", Functions, rows)

}  // namespace gene
