// io/path_…: paths as texts (14 system §14.4).

#include "runtime/builtins/Io.h"
#include "runtime/object/Array.h"
#include "runtime/system/Paths.h"

namespace gene {
namespace {

Value join(Context& context, const Value* args, uint32_t count) {
  if (count < 2) return raiseArgument(context, "path_join requires at least 2 arguments");
  std::string path;
  for (uint32_t i = 0; i < count; i++) {
    if (!isString(args[i])) return raiseArgument(context, "path_join requires string arguments");
    path = joinPaths(path, stringView(args[i]));
  }
  return newString(context, path);
}

using PathFunction = std::string (*)(std::string_view path);
template <PathFunction function>
Value onPath(Context& context, const Value* args, uint32_t count, const char* name) {
  if (!isString(argument(args, count, 0)))
    return raiseArgument(context, std::string(name) + " requires a string path");
  return newString(context, function(stringView(args[0])));
}

Value absolute(Context& context, const Value* args, uint32_t count) {
  return onPath<absolutePath>(context, args, count, "path_abs");
}
Value base(Context& context, const Value* args, uint32_t count) {
  return onPath<[](std::string_view p) { return std::string(baseName(p)); }>(context, args, count,
                                                                             "path_basename");
}
Value directory(Context& context, const Value* args, uint32_t count) {
  return onPath<[](std::string_view p) { return std::string(directoryName(p)); }>(
      context, args, count, "path_dirname");
}
Value extension(Context& context, const Value* args, uint32_t count) {
  return onPath<[](std::string_view p) { return std::string(extensionOf(p)); }>(context, args,
                                                                                count, "path_ext");
}
Value stem(Context& context, const Value* args, uint32_t count) {
  return onPath<[](std::string_view p) {
    const std::string_view name = baseName(p);
    return std::string(name.substr(0, name.size() - extensionOf(p).size()));
  }>(context, args, count, "path_stem");
}
Value normal(Context& context, const Value* args, uint32_t count) {
  return onPath<normalizePath>(context, args, count, "path_normalize");
}
Value expand(Context& context, const Value* args, uint32_t count) {
  return onPath<expandHome>(context, args, count, "path_expand");
}

Value isAbsolute(Context& context, const Value* args, uint32_t count) {
  if (!isString(argument(args, count, 0)))
    return raiseArgument(context, "path_absolute requires a string path");
  return Value::boolean(stringView(args[0]).starts_with('/'));
}

Value relative(Context& context, const Value* args, uint32_t count) {
  const Value from = argument(args, count, 1);
  if (!isString(argument(args, count, 0)) || (!from.isNil() && !isString(from)))
    return raiseArgument(context, "path_relative requires a string path");
  return newString(context,
                   relativePath(stringView(args[0]), from.isNil() ? "." : stringView(from)));
}

constexpr BuiltinRow rows[] = {
    {"path_join", join, 2, -1, 0, "the parts with one separator between"},
    {"path_abs", absolute, 1, 1, 0, "the path from the root"},
    {"path_basename", base, 1, 1, 0, "the name behind the last separator"},
    {"path_dirname", directory, 1, 1, 0, "what is before it; `.` of a bare name"},
    {"path_ext", extension, 1, 1, 0, "the extension with its dot, or `\"\"`"},
    {"path_stem", stem, 1, 1, 0, "the name without its extension"},
    {"path_normalize", normal, 1, 1, 0, "without `.`, `..` and repeated separators"},
    {"path_relative", relative, 1, 2, 0,
     "the path as seen from a directory, the current one by default"},
    {"path_absolute", isAbsolute, 1, 1, 0, "does it begin at the root?"},
    {"path_expand", expand, 1, 1, 0, "with the home directory for `~`"},
};

}  // namespace

extern const BuiltinTable pathTable;
constinit const BuiltinTable pathTable{"io", false, rows};

}  // namespace gene
