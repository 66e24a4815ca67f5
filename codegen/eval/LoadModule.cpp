#include <filesystem>
#include <vector>

#include "codegen/compile/Session.h"
#include "codegen/eval/Evaluate.h"
#include "runtime/Async.h"
#include "runtime/builtins/Origins.h"
#include "runtime/heap/Heap.h"
#include "runtime/image/ImageLoader.h"
#include "runtime/object/Function.h"
#include "runtime/support/Sandbox.h"

// Modules that a serialized value refers to and the program has not imported (15 §3): compiled and run when they are met.

namespace gene {
namespace {

/// The program of a source that imports the module, and keeps what it defines for who looks for it by name; empty when there are
/// mistakes.
std::vector<uint8_t> compileImport(Context& context, const std::string& path) {
  Session compiling;
  compiling.options.names = &context;
  if (context.program) compiling.options.language = context.program->language;
  const std::string folder = std::filesystem::path(path).parent_path().string();
  const std::string text = "(import * from \"" + path + "\") gene/serdes";
  std::unique_ptr<ir::Program> program =
      compiling.compile(compiling.sources.add(folder + "/<deserialize>", text));
  if (program) return compileToImage(*program);
  for (const Diagnostic& d : compiling.diagnostics.all()) {
    if (d.severity != Severity::Error) continue;
    const Position at = compiling.sources.position(d.loc);
    raise(context, ErrorClass::Exception,
          std::string(at.file) + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) +
              ": " + d.message);
    break;
  }
  return {};
}

}  // namespace

Program* loadModule(Context& context, const std::string& path) {
  if (!sandbox::allowsModule(path)) {
    raise(context, ErrorClass::IO, sandbox::refusal(Permission::Read, path));
    return nullptr;
  }
  std::vector<uint8_t> image;
  onLargeStack(context, [&] { image = compileImport(context, path); });
  if (image.empty()) return nullptr;
  Expected<Program*> loaded = loadCompiled(context, std::move(image));
  if (!loaded) {
    raise(context, ErrorClass::Runtime, loaded.message());
    return nullptr;
  }
  FunctionObject* body = newFunction(context, &(*loaded)->functions[0], 0);
  return call(context, Value::object(body), nullptr, 0).isPending() ? nullptr : *loaded;
}

}  // namespace gene
