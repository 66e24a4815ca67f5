// io/path_…: paths as texts (14 system §14.4).

#include "runtime/builtins/Io.h"
#include "runtime/object/Array.h"
#include "runtime/system/Paths.h"

namespace gene {
namespace {

Value join(Context& context, Arguments args) {
  std::string path;
  for (uint32_t i = 0; i < args.count; i++) {
    if (!isString(args[i])) return raiseArgument(context, "path_join requires string arguments");
    path = joinPaths(path, stringView(args[i]));
  }
  return newString(context, path);
}

using PathFunction = std::string (*)(std::string_view path);
template <PathFunction function>
Value onPath(Context& context, Arguments args, const char* name) {
  if (!isString(args.at(0)))
    return raiseArgument(context, std::string(name) + " requires a string path");
  return newString(context, function(stringView(args[0])));
}

Value absolute(Context& context, Arguments args) {
  return onPath<absolutePath>(context, args, "path_abs");
}
Value base(Context& context, Arguments args) {
  return onPath<[](std::string_view p) { return std::string(baseName(p)); }>(context, args,
                                                                             "path_basename");
}
Value directory(Context& context, Arguments args) {
  return onPath<[](std::string_view p) { return std::string(directoryName(p)); }>(context, args,
                                                                                  "path_dirname");
}
Value extension(Context& context, Arguments args) {
  return onPath<[](std::string_view p) { return std::string(extensionOf(p)); }>(context, args,
                                                                                "path_ext");
}
Value stem(Context& context, Arguments args) {
  return onPath<[](std::string_view p) {
    const std::string_view name = baseName(p);
    return std::string(name.substr(0, name.size() - extensionOf(p).size()));
  }>(context, args, "path_stem");
}
Value normal(Context& context, Arguments args) {
  return onPath<normalizePath>(context, args, "path_normalize");
}
Value expand(Context& context, Arguments args) {
  return onPath<expandHome>(context, args, "path_expand");
}

Value isAbsolute(Context& context, Arguments args) {
  if (!isString(args.at(0))) return raiseArgument(context, "path_absolute requires a string path");
  return Value::boolean(stringView(args[0]).starts_with('/'));
}

Value relative(Context& context, Arguments args) {
  const Value from = args.at(1);
  if (!isString(args.at(0)) || (!from.isNil() && !isString(from)))
    return raiseArgument(context, "path_relative requires a string path");
  return newString(context,
                   relativePath(stringView(args[0]), from.isNil() ? "." : stringView(from)));
}

constexpr BuiltinRow rows[] = {
    {"path_join", join, "part other more... -> String", "Ra",
     "the parts with one separator between", Missing{"path_join requires at least 2 arguments"}},
    {"path_abs", absolute, "path:String -> String", "RrwaF", "the path from the root",
     Missing{"path_abs requires a string path"}},
    {"path_basename", base, "path:String -> String", "Ra", "the name behind the last separator",
     Missing{"path_basename requires a string path"}},
    {"path_dirname", directory, "path:String -> String", "Ra",
     "what is before it; `.` of a bare name", Missing{"path_dirname requires a string path"}},
    {"path_ext", extension, "path:String -> String", "Ra", "the extension with its dot, or `\"\"`",
     Missing{"path_ext requires a string path"}},
    {"path_stem", stem, "path:String -> String", "Ra", "the name without its extension",
     Missing{"path_stem requires a string path"}},
    {"path_normalize", normal, "path:String -> String", "Ra",
     "without `.`, `..` and repeated separators", Missing{"path_normalize requires a string path"}},
    {"path_relative", relative, "path:String from?:String|Nil -> String", "RrwaF",
     "the path as seen from a directory, the current one by default",
     Missing{"path_relative requires a string path"}},
    {"path_absolute", isAbsolute, "path:String -> Bool", "R", "does it begin at the root?",
     Missing{"path_absolute requires a string path"}},
    {"path_expand", expand, "path:String -> String", "RrwaE", "with the home directory for `~`",
     Missing{"path_expand requires a string path"}},
};

}  // namespace

BUILTIN_TABLE(pathTable, "io", Functions, rows)

}  // namespace gene
