// $pkg and $app: what a program sees of packages (08 §5-6). A module that lies in a package makes them when it starts,
// of what its manifest said while compiling; others read the ones without a package.

#include "runtime/builtins/Builtins.h"
#include "runtime/heap/Allocate.h"
#include "runtime/object/Map.h"
#include "runtime/object/String.h"

namespace gene {
namespace {

constexpr const char* Keys[] = {"name", "version", "dir", "source_dir", "main_module", "test_dir"};

Value newPackageObject(Context& context, Kind kind, const char* const* keys, Arguments values) {
  MapObject* members = newMap(context);
  for (uint32_t i = 0; i < values.count; i++)
    mapPut(context, members, Symbol::of(keys[i]), values[i]);
  auto* object = allocate<PackageObject>(context, kind);
  object->members.init(Value::object(members));
  return Value::object(object);
}

Value package(Context& context, Arguments args) {
  return newPackageObject(context, Kind::Package, Keys, args);
}

Value application(Context& context, Arguments args) {
  constexpr const char* key = "pkg";
  return newPackageObject(context, Kind::Application, &key, args);
}

Value member(Arguments args, const char* key) {
  return mapGet(as<MapObject>(as<PackageObject>(args[0])->members.get()), Symbol::of(key));
}

template <size_t index>
Value packageMember(Context&, Arguments args) {
  return member(args, Keys[index]);
}

Value applicationPackage(Context&, Arguments args) { return member(args, "pkg"); }

constexpr BuiltinRow packageRows[] = {
    {"name", packageMember<0>, "-> Value", "r",
     "the name in the manifest; `gene` outside of packages"},
    {"version", packageMember<1>, "-> Value", "r", "the version in the manifest, or nil"},
    {"dir", packageMember<2>, "-> Value", "r", "the directory of the manifest, or nil"},
    {"source_dir", packageMember<3>, "-> Value", "r", "where its sources lie, `src` by default"},
    {"main_module", packageMember<4>, "-> Value", "r", "its main module, `index` by default"},
    {"test_dir", packageMember<5>, "-> Value", "r", "where its tests lie, `tests` by default"},
};
constexpr BuiltinRow applicationRows[] = {
    {"pkg package", applicationPackage, "-> Value", "r", "the package of the main program"},
};
constexpr BuiltinRow geneRows[] = {
    {"package", package, "name version dir source_dir main_module test_dir -> Value", "Rra",
     "a package of its parts: what modules make `$pkg` with",
     Missing{"package requires 6 arguments"}},
    {"application", application, "package -> Value", "Rra", "an application of its package",
     Missing{"application requires a package"}},
};

}  // namespace

BUILTIN_TABLE(packageTable, "Package", Methods, packageRows)
BUILTIN_TABLE(applicationTable, "Application", Methods, applicationRows)
BUILTIN_TABLE(packageFunctions, "gene", Functions, geneRows)

Value defaultPackage(Context& context) {
  const Value values[] = {newString(context, "gene"),
                          Value::nil(),
                          Value::nil(),
                          newString(context, "src"),
                          newString(context, "index"),
                          newString(context, "tests")};
  return package(context, {values, std::size(values)});
}

Value newApplication(Context& context, Value pkg) { return application(context, {&pkg, 1}); }

}  // namespace gene
