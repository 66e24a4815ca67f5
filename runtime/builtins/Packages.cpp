// $pkg and $app: what a program sees of packages (08 §5-6). A module that lies in a package makes them when it starts,
// of what its manifest said while compiling; others read the ones without a package.

#include "runtime/builtins/Builtins.h"
#include "runtime/heap/Allocate.h"
#include "runtime/object/Map.h"
#include "runtime/object/String.h"

namespace gene {
namespace {

constexpr const char* Keys[] = {"name", "version", "dir", "source_dir", "main_module", "test_dir"};

Value newPackageObject(Context& context, Kind kind, const char* const* keys, const Value* values,
                       uint32_t count) {
  MapObject* members = newMap(context);
  for (uint32_t i = 0; i < count; i++) mapPut(context, members, Symbol::of(keys[i]), values[i]);
  auto* object = allocate<PackageObject>(context, kind);
  object->members.init(Value::object(members));
  return Value::object(object);
}

Value package(Context& context, const Value* args, uint32_t count) {
  if (count < std::size(Keys)) return raiseArgument(context, "package requires 6 arguments");
  return newPackageObject(context, Kind::Package, Keys, args, std::size(Keys));
}

Value application(Context& context, const Value* args, uint32_t count) {
  constexpr const char* key = "pkg";
  if (count < 1) return raiseArgument(context, "application requires a package");
  return newPackageObject(context, Kind::Application, &key, args, 1);
}

Value member(const Value* args, const char* key) {
  return mapGet(as<MapObject>(as<PackageObject>(args[0])->members.get()), Symbol::of(key));
}

template <size_t index>
Value packageMember(Context&, const Value* args, uint32_t) {
  return member(args, Keys[index]);
}

Value applicationPackage(Context&, const Value* args, uint32_t) { return member(args, "pkg"); }

constexpr BuiltinRow packageRows[] = {
    {"name", packageMember<0>, 0, 0, 0, "the name in the manifest; `gene` outside of packages"},
    {"version", packageMember<1>, 0, 0, 0, "the version in the manifest, or nil"},
    {"dir", packageMember<2>, 0, 0, 0, "the directory of the manifest, or nil"},
    {"source_dir", packageMember<3>, 0, 0, 0, "where its sources lie, `src` by default"},
    {"main_module", packageMember<4>, 0, 0, 0, "its main module, `index` by default"},
    {"test_dir", packageMember<5>, 0, 0, 0, "where its tests lie, `tests` by default"},
};
constexpr BuiltinRow applicationRows[] = {
    {"pkg package", applicationPackage, 0, 0, 0, "the package of the main program"},
};
constexpr BuiltinRow geneRows[] = {
    {"package", package, 6, 6, 0, "a package of its parts: what modules make `$pkg` with"},
    {"application", application, 1, 1, 0, "an application of its package"},
};

}  // namespace

extern const BuiltinTable packageTable, applicationTable, packageFunctions;
constinit const BuiltinTable packageTable{"Package", true, packageRows};
constinit const BuiltinTable applicationTable{"Application", true, applicationRows};
constinit const BuiltinTable packageFunctions{"gene", false, geneRows};

Value defaultPackage(Context& context) {
  const Value values[] = {newString(context, "gene"),
                          Value::nil(),
                          Value::nil(),
                          newString(context, "src"),
                          newString(context, "index"),
                          newString(context, "tests")};
  return package(context, values, std::size(values));
}

Value newApplication(Context& context, Value pkg) { return application(context, &pkg, 1); }

}  // namespace gene
