// What libgene_llvm.so exports.

#include "codegen/link/Native.h"

#include <llvm/Bitcode/BitcodeReader.h>
#include <llvm/Bitcode/BitcodeWriter.h>
#include <llvm/Config/llvm-config.h>
#include <llvm/IR/GlobalVariable.h>
#include <llvm/IR/LLVMContext.h>
#include <llvm/Support/raw_ostream.h>

#include "codegen/llvm/EmitModule.h"
#include "codegen/llvm/Machine.h"
#include "codegen/llvm/RuntimeModule.h"
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

std::string_view prefixOf(const NativeOptions& options) {
  return options.level > 0 ? "optimised" : "plain";
}

/// The code that becomes an object, as bytes: all that the object depends on but the compiler.
std::string codeOf(const llvm::Module& module, const NativeOptions& options) {
  std::string code(prefixOf(options));
  llvm::raw_string_ostream out(code);
  // Whoever reads it elsewhere is to see all of it as it is here.
  llvm::WriteBitcodeToFile(module, out, options.distribute != nullptr);
  return code;
}

/// What a job has been made of; its code stands where an object would.
bool isObject(std::string_view bytes) {
  return bytes.starts_with(
      "\x7f"
      "ELF");
}

/// The object of a module that `emitter` has emitted: from the store, or made. If it is made elsewhere, its code.
Expected<std::string> objectOf(native::ModuleEmitter& emitter, llvm::Module& module,
                               const NativeOptions& options) {
  const ObjectStore* store = options.store;
  const std::string code = store || options.distribute ? codeOf(module, options) : "";
  if (store)
    if (std::optional<std::string> object = store->find(code)) return std::move(*object);
  if (options.distribute) return code;
  emitter.addRuntime();
  if (options.shared) forSharedObject(module);
  Expected<std::string> object = native::generate(module, options);
  if (store && object) store->keep(code, *object);
  return object;
}

/// Has the objects made elsewhere of which there is only code yet.
Status distribute(std::vector<std::string>& objects, const std::vector<std::string>& names,
                  const NativeOptions& options) {
  std::vector<NativeJob> jobs;
  std::vector<size_t> numbers;
  for (size_t i = 0; i < objects.size(); i++) {
    if (isObject(objects[i])) continue;
    jobs.push_back({names[i], objects[i].substr(prefixOf(options).size())});
    numbers.push_back(i);
  }
  if (jobs.empty()) return {};
  Expected<std::vector<std::string>> made = options.distribute(jobs, options.level);
  if (!made) return made.failure();
  for (size_t i = 0; i < jobs.size(); i++) {
    if (options.store) options.store->keep(objects[numbers[i]], (*made)[i]);
    objects[numbers[i]] = std::move((*made)[i]);
  }
  return {};
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
  std::vector<std::string> objects{std::move(*bytes)};
  if (options.distribute)
    if (Status status = distribute(objects, {std::string(program.mainFile)}, options); !status)
      return Failure{status.message()};
  return objects;
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
  if (options.distribute) {
    std::vector<std::string> names;
    for (const std::vector<const ir::Function*>& functions : parts.functions)
      names.push_back("the part of " + parts.symbols[functions.front()->index]);
    if (Status status = distribute(*emitted, names, options); !status)
      return Failure{status.message()};
  }
  Expected<std::string> tables = emitTables(program, parts, references, options);
  if (!tables) return tables.failure();
  emitted->push_back(std::move(*tables));
  return emitted;
}

Expected<std::string> compile(std::string_view code, int level) {
  llvm::LLVMContext context;
  context.setDiscardValueNames(true);
  llvm::Expected<std::unique_ptr<llvm::Module>> module = llvm::parseBitcodeFile(
      llvm::MemoryBufferRef(llvm::StringRef(code.data(), code.size()), "part"), context);
  if (!module) return Failure{llvm::toString(module.takeError())};
  native::RuntimeModule runtime(**module);
  if (level > 0) runtime.link();
  const NativeOptions options{.level = level};
  return native::generate(**module, options);
}

Expected<std::vector<std::string>> emit(const ir::Program& program, const NativeOptions& options) {
  const native::Parts parts(program, options.inParts ? options.partSize : SIZE_MAX / 2);
  return parts.count() == 1 ? emitWhole(program, parts, options)
                            : emitParts(program, parts, options);
}

}  // namespace

extern "C" [[gnu::visibility("default")]] const NativeBackend* gene_native_backend() {
  static const NativeBackend backend{&emit, &compile, LLVM_VERSION_STRING};
  return &backend;
}

}  // namespace gene
