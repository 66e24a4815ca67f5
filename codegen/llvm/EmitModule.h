#pragma once
// A program as LLVM modules: the data that the runtime reads and that code refers to, and a definition for each function. What
// the pieces are: docs/abi.md. One module has all of it, and refers to the data by index; or each part of the program has a module
// (Parts.h) and the data, the tables, has another one, which defines the names that the parts refer to.

#include <llvm/IR/Module.h>
#include <llvm/Support/Error.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "codegen/image/ImageWriter.h"
#include "codegen/link/Native.h"
#include "codegen/llvm/DebugInfo.h"
#include "codegen/llvm/Memory.h"
#include "codegen/llvm/Parts.h"
#include "codegen/llvm/RuntimeModule.h"

namespace gene::native {

class ModuleEmitter {
 public:
  /// `options` and `parts` outlive it.
  ModuleEmitter(const ir::Program& program, const NativeOptions& options, const Parts& parts,
                llvm::LLVMContext& context);

  /// Emits everything. No module is optimised yet, and what is called of the runtime's fast paths is not in it (addRuntime).
  std::unique_ptr<llvm::Module> emit();
  /// Emits the code of a part.
  std::unique_ptr<llvm::Module> emitPart(size_t part);
  /// Emits what the parts have in common. `references`: by part.
  std::unique_ptr<llvm::Module> emitTables(const std::vector<References>& references);
  /// Adds the fast paths that the module calls, where optimising pays.
  void addRuntime() {
    if (optimising()) runtime_.link();
  }
  /// What the part that was emitted refers to.
  [[nodiscard]] const References& references() const { return references_; }

  // --- for FunctionEmitter -----------------------------------------------------------------------------------------------
  const ir::Program& program() const { return program_; }
  llvm::LLVMContext& context() { return module_->getContext(); }
  /// Double halves and long fast paths are called where optimising pays; -O0 calls the entries.
  bool optimising() const { return options_.level > 0; }
  DebugInfo& debugInfo() { return debugInfo_; }
  Memory& memory() { return memory_; }
  /// An entry or fast path.
  llvm::Function* runtime(std::string_view name) { return runtime_.declare(name); }
  /// The LLVM function of a Gene function.
  llvm::Function* body(const ir::Function* function);
  /// Does `function` refer to its own closure, so that a call must pass one?
  bool usesCallee(const ir::Function* function) const {
    return parts_.facts.usesCallee[function->index];
  }
  /// The built-in that the value is read from, if nothing in the program assigns to that name; else null.
  const ir::Global* builtin(const ir::Value* value) const;
  /// The prototype of all Gene functions but direct ones (NativeCode).
  llvm::FunctionType* codeType() const { return codeType_; }
  /// Which of a direct function's parameters do not come in machine registers, but in Context::arguments (in their order
  /// there): what a guaranteed tail call would pass on the stack, which LLVM drops.
  std::vector<bool> buffered(const ir::Function& function) const;
  /// Does the function make known tail calls, or is it reached by one?
  bool inTailCall(const ir::Function& function) const {
    return parts_.facts.inTailCall[function.index];
  }
  /// How a value of this representation is held.
  llvm::Type* typeOf(ir::Rep rep);
  /// The addresses of words of Program::slots.
  llvm::Constant* global(const ir::Global* global);
  llvm::Constant* constant(const ir::Constant* constant);
  llvm::Constant* symbol(Symbol symbol);
  llvm::Constant* form(const Form* form);
  llvm::Constant* functionInfo(const ir::Function* function);
  /// A place that may raise, by a number within the module; what gene_trace takes it for.
  uint64_t site(Location loc, const ir::Inlined* inlined, const ir::Function* function);
  llvm::Value* siteNumber(llvm::IRBuilderBase& builder, llvm::Value* site);
  /// Of a program that is entered: where the pointers to globals and functions of the VM's program are.
  llvm::GlobalVariable* sharedSlots() { return sharedSlots_; }
  llvm::GlobalVariable* sharedFunctions() { return sharedFunctions_; }
  /// The address of a further inline cache.
  llvm::Constant* newCache() { return element(caches_, cacheCount_++, 8); }

 private:
  enum class Kind : uint8_t { Whole, Part, Tables };
  void declareTables();
  llvm::Constant* slot(uint32_t index) { return element(slots_, index, 8); }
  llvm::GlobalVariable* declareHidden(const std::string& name, llvm::Type* type);
  template <class T>
  llvm::Constant* slotOf(T item, std::vector<T>& references, const std::string& name);
  void defineName(const std::string& name, llvm::Constant* address);
  uint64_t siteOfPart(Location loc, const ir::Inlined* inlined, const ir::Function* function);
  llvm::Constant* element(llvm::GlobalVariable* array, uint64_t index, uint64_t size);
  llvm::GlobalVariable* declareArray(const char* name);
  void defineArray(llvm::GlobalVariable*& declared, uint64_t bytes);
  llvm::GlobalVariable* addData(llvm::Constant* value, const char* name, unsigned alignment);
  llvm::Function* declare(const ir::Function& function);
  void emitFunctions(const std::vector<const ir::Function*>& functions);
  llvm::FunctionType* functionType(const ir::Function& function);
  bool evaluates();
  llvm::Constant* evaluator();
  void emitLibraries();
  llvm::GlobalVariable* sharedPointer(const char* name);
  void emitEntries(llvm::GlobalVariable* program);
  llvm::GlobalVariable* emitProgramData();
  void emitPrinters();
  template <class F>
  void forEachInstruction(F&& visit) const {
    for (const ir::Function* function : program_.functions)
      for (const ir::Block* block : function->blocks)
        for (const ir::Instruction* inst : block->instructions) visit(*inst);
  }
  llvm::GlobalVariable* emitBodies();

  const ir::Program& program_;
  const NativeOptions& options_;
  const Parts& parts_;
  Kind kind_ = Kind::Whole;
  size_t part_ = 0;        // of Part: which one
  References references_;  // of Part
  std::unique_ptr<llvm::Module> module_;
  RuntimeModule runtime_;
  std::optional<ImageTables> tables_;  // not of Part
  DebugInfo debugInfo_;
  Memory memory_;
  llvm::FunctionType* codeType_;
  llvm::GlobalVariable* slots_ = nullptr;
  llvm::GlobalVariable* caches_ = nullptr;
  llvm::GlobalVariable* functions_ = nullptr;
  llvm::GlobalVariable* sharedSlots_ = nullptr;
  llvm::GlobalVariable* sharedFunctions_ = nullptr;
  uint32_t cacheCount_ = 0;
  std::vector<llvm::Function*> bodies_;  // by function index; null until something refers to it
  std::unordered_map<const void*, llvm::Constant*> slotsOf_;  // of Part: constants, forms, globals
  std::unordered_map<Symbol, llvm::Constant*> symbolSlots_;   // of Part
  struct SiteKey {
    uint32_t offset;
    const ir::Inlined* inlined;
    const ir::Function* function;
    auto operator<=>(const SiteKey&) const = default;
  };
  std::map<SiteKey, uint64_t> sites_;  // of Part
};

}  // namespace gene::native
