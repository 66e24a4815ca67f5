// What libgene_llvm.so exports.

#include "codegen/link/Native.h"

#include <llvm/Bitcode/BitcodeWriter.h>
#include <llvm/Config/llvm-config.h>
#include <llvm/IR/GlobalVariable.h>
#include <llvm/IR/LLVMContext.h>
#include <llvm/Support/raw_ostream.h>

#include "codegen/llvm/EmitModule.h"
#include "codegen/llvm/Machine.h"
#include "codegen/llvm/Workers.h"

namespace gene {
namespace {

/// Variables of the thread are in the executable; where, an object that is opened has to ask.
void forSharedObject(llvm::Module& module) {
  for (llvm::GlobalVariable& variable : module.globals()) {
    if (!variable.isThreadLocal()) continue;
    variable.setDSOLocal(false);
    variable.setThreadLocalMode(llvm::GlobalValue::InitialExecTLSModel);
  }
}

/// The code that becomes an object, as bytes: all that the object depends on but the compiler.
std::string codeOf(const llvm::Module& module, const NativeOptions& options) {
  std::string code = options.level > 0 ? "optimised" : "plain";
  llvm::raw_string_ostream out(code);
  llvm::WriteBitcodeToFile(module, out);
  return code;
}

/// The object of a module that `emitter` has emitted: from the store, or made.
Expected<std::string> objectOf(native::ModuleEmitter& emitter, llvm::Module& module,
                               const NativeOptions& options) {
  const ObjectStore* store = options.store;
  const std::string code = store ? codeOf(module, options) : "";
  if (store)
    if (std::optional<std::string> object = store->find(code)) return std::move(*object);
  emitter.addRuntime();
  if (options.shared) forSharedObject(module);
  Expected<std::string> object = native::generate(module, options);
  if (store && object) store->keep(code, *object);
  return object;
}

/// One module, of all of the program.
Expected<std::vector<std::string>> emitWhole(const ir::Program& program, const native::Parts& parts,
                                             const NativeOptions& options) {
  llvm::LLVMContext context;
  context.setDiscardValueNames(options.emit != NativeOptions::Emit::LlvmText);
  native::ModuleEmitter emitter(program, options, parts, context);
  const std::unique_ptr<llvm::Module> module = emitter.emit();
  Expected<std::string> bytes = objectOf(emitter, *module, options);
  if (!bytes) return bytes.failure();
  return std::vector<std::string>{std::move(*bytes)};
}

/// The object of a part, behind what it refers to.
Expected<std::string> emitPart(const ir::Program& program, const native::Parts& parts, size_t part,
                               const NativeOptions& options) {
  llvm::LLVMContext context;
  context.setDiscardValueNames(true);
  native::ModuleEmitter emitter(program, options, parts, context);
  const std::unique_ptr<llvm::Module> module = emitter.emitPart(part);
  Expected<std::string> object = objectOf(emitter, *module, options);
  if (!object) return object.failure();
  return native::bytesOf(emitter.references()) + *object;
}

Expected<std::string> emitTables(const ir::Program& program, const native::Parts& parts,
                                 const std::vector<native::References>& references,
                                 const NativeOptions& options) {
  llvm::LLVMContext context;
  context.setDiscardValueNames(true);
  native::ModuleEmitter emitter(program, options, parts, context);
  return native::generate(*emitter.emitTables(references), options);
}

/// An object for each part, and one for the tables.
Expected<std::vector<std::string>> emitParts(const ir::Program& program, const native::Parts& parts,
                                             const NativeOptions& options) {
  Expected<std::vector<std::string>> emitted =
      native::inProcesses(options.jobs, parts.count(), options.showProgress,
                          [&](size_t part) { return emitPart(program, parts, part, options); });
  if (!emitted) return emitted.failure();
  std::vector<native::References> references;
  for (std::string& bytes : *emitted) references.push_back(native::takeReferences(bytes));
  Expected<std::string> tables = emitTables(program, parts, references, options);
  if (!tables) return tables.failure();
  emitted->push_back(std::move(*tables));
  return emitted;
}

Expected<std::vector<std::string>> emit(const ir::Program& program, const NativeOptions& options) {
  const native::Parts parts(program, options.inParts ? options.partSize : SIZE_MAX / 2);
  return parts.count() == 1 ? emitWhole(program, parts, options)
                            : emitParts(program, parts, options);
}

}  // namespace

extern "C" [[gnu::visibility("default")]] const NativeBackend* gene_native_backend() {
  static const NativeBackend backend{&emit, LLVM_VERSION_STRING};
  return &backend;
}

}  // namespace gene
