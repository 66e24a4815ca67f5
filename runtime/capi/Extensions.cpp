// Extensions: shared libraries that (import … ^^native) loads.

#include <sys/stat.h>
#include <unistd.h>

#include <climits>
#include <string>
#include <vector>

#include "runtime/builtins/Builtins.h"
#include "runtime/capi/Functions.h"
#include "runtime/object/Class.h"
#include "runtime/object/Map.h"
#include "runtime/object/String.h"
#include "runtime/system/SharedLibrary.h"

namespace gene {
namespace {

using capi::Api;

constexpr const char* Suffix = ".so";

bool isFile(const std::string& path) {
  struct stat status;
  return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

/// The folder of a path, with its slash; "" for the current one.
std::string folderOf(std::string_view path) {
  const size_t slash = path.rfind('/');
  return std::string(slash == std::string_view::npos ? "" : path.substr(0, slash + 1));
}

/// Where the executable lies.
std::string executableFolder() {
  char path[PATH_MAX];
  const ssize_t size = ::readlink("/proc/self/exe", path, sizeof path);
  return folderOf({path, size > 0 ? static_cast<size_t>(size) : 0});
}

/// The file of an extension: beside the module that imports it, else beside the executable, so that a program and what belongs
/// to it can go elsewhere; "" where there is none.
std::string findExtension(const std::string& specifier, const std::string& importer) {
  std::vector<std::string> places{""};
  if (!specifier.starts_with('/')) places = {folderOf(importer), executableFolder()};
  for (const std::string& place : places) {
    std::string path = place + specifier + Suffix;
    // dlopen looks for names without a slash elsewhere.
    if (isFile(path)) return path.find('/') == std::string::npos ? "./" + path : path;
  }
  return "";
}

Value loadFailed(Context& context, const std::string& path, const std::string& why) {
  return raise(context, ErrorClass::IO,
               "[GENE.EXT.LOAD_FAILED] Failed to load extension: " + path +
                   (why.empty() ? "" : " (" + why + ")"));
}

using Init = int32_t (*)(GeneHostAbi* host);

/// What gene_init makes: a namespace; 0 with an exception pending.
Value initialize(Context& context, const std::string& path, Init init) {
  Api& api = partOf<Api>(context);
  capi::Scope scope;
  capi::Scope* const before = api.scope;
  GeneValue made = GENE_FAILED;
  GeneHostAbi host{};
  host.abi_version = GENE_ABI_VERSION;
  host.user_data = api.owner ? api.owner : &api;
  host.app_value = Value::nil().bits;
  host.result_namespace = &made;
  const int32_t status = capi::runInit(api, scope, init, host);
  Value result = Value::pending();
  if (context.exception.isPending()) {
    const Value ns = api.find(made);
    if (status == GENE_ABI_MISMATCH)
      loadFailed(context, path, "it was made for another version of gene.h");
    else if (status != GENE_OK)
      loadFailed(context, path, "gene_init gave " + std::to_string(status));
    else if (ns.isPending() || !isKind(ns, Kind::Namespace))
      loadFailed(context, path, "gene_init made no namespace");
    else
      result = ns;
  }
  capi::endCall(api, scope, before);
  return result;
}

/// (gene/load_extension specifier importer): what (import … ^^native) calls.
Value loadExtension(Context& context, Arguments args) {
  const std::string specifier(stringView(args[0])), importer(stringView(args[1]));
  const std::string path = findExtension(specifier, importer);
  if (path.empty())
    return raise(context, ErrorClass::Exception,
                 "[GENE.MODULE.NOT_FOUND] Native module '" + specifier +
                     "' was not found (importer=" + importer + "; specifier=" + specifier + ")");
  char resolved[PATH_MAX];
  const Symbol key = Symbol::of(::realpath(path.c_str(), resolved) ? resolved : path);
  // Once in each runtime: the namespaces lie behind $, where programs do not look.
  const Symbol all = Symbol::of("__extensions");
  Value known = namespaceGet(context.dollars, all);
  if (!isMap(known)) {
    known = Value::object(newMap(context));
    namespaceSet(context, context.dollars, all, known);
  }
  if (const Value loaded = mapGet(as<MapObject>(known), key); !loaded.isAbsent()) return loaded;
  Init init = nullptr;
  const LibraryFunction functions[] = {{"gene_init", reinterpret_cast<void**>(&init)}};
  if (const std::string error = openLibrary(path.c_str(), functions); !error.empty())
    return loadFailed(context, path,
                      init                                            ? error
                      : error.find("is too old") != std::string::npos ? "it has no gene_init"
                                                                      : error);
  const Value made = initialize(context, path, init);
  if (!made.isPending()) mapPut(context, as<MapObject>(known), key, made);
  return made;
}

constexpr BuiltinRow rows[] = {
    {"load_extension", loadExtension, "specifier:String importer:String -> Namespace", "RrwacX",
     "the namespace of a shared library with functions in C; what (import ... ^^native) calls"},
};

/// Every function of gene.h: whoever links this file has all of them, and offers them to extensions (gene.exports).
[[gnu::used]] void* const functions[] = {
#define FUNCTION(name) reinterpret_cast<void*>(&name),
#include "runtime/capi/Functions.def"
};

}  // namespace

BUILTIN_TABLE(extensionTable, "gene", Functions, rows)

GENE_LIBRARY(native) {
  asm volatile("" ::"r"(functions));
  defineTable(context, extensionTable);
}

}  // namespace gene
