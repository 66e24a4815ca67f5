#pragma once
// A whole program as one LLVM module: the data that the runtime reads and that code refers to by index, and a
// definition for each function. What the pieces are: docs/abi.md.

#include <llvm/IR/Module.h>
#include <llvm/Support/Error.h>

#include <memory>
#include <string>
#include <vector>

#include "codegen/image/ImageWriter.h"
#include "codegen/link/Native.h"
#include "codegen/llvm/DebugInfo.h"
#include "codegen/llvm/Memory.h"
#include "codegen/llvm/RuntimeModule.h"

namespace gene::native {

class ModuleEmitter {
 public:
  ModuleEmitter(const ir::Program& program, const NativeOptions& options,
                llvm::LLVMContext& context);

  /// Emits everything; the module is complete but not optimised.
  std::unique_ptr<llvm::Module> emit();

  // --- for FunctionEmitter -----------------------------------------------------------------------------------------------
  const ir::Program& program() const { return program_; }
  llvm::LLVMContext& context() { return module_->getContext(); }
  /// Double halves and long fast paths are called where optimising pays; -O0 calls the entries.
  bool optimising() const { return options_.level > 0; }
  ImageTables& tables() { return tables_; }
  DebugInfo& debugInfo() { return debugInfo_; }
  Memory& memory() { return memory_; }
  /// An entry or fast path.
  llvm::Function* runtime(std::string_view name) { return runtime_.declare(name); }
  /// The LLVM function of a Gene function.
  llvm::Function* body(const ir::Function* function) { return bodies_[function->index]; }
  /// Does `function` refer to its own closure, so that a call must pass one?
  bool usesCallee(const ir::Function* function) const { return usesCallee_[function->index]; }
  /// The built-in that the value is read from, if nothing in the program assigns to that name; else null.
  const ir::Global* builtin(const ir::Value* value) const;
  /// The prototype of all Gene functions but direct ones (NativeCode).
  llvm::FunctionType* codeType() const { return codeType_; }
  /// Which of a direct function's parameters do not come in machine registers, but in Context::arguments (in their order
  /// there): what a guaranteed tail call would pass on the stack, which LLVM drops.
  std::vector<bool> buffered(const ir::Function& function) const;
  /// Does the function make known tail calls, or is it reached by one?
  bool inTailCall(const ir::Function& function) const { return inTailCall_[function.index]; }
  /// How a value of this representation is held.
  llvm::Type* typeOf(ir::Rep rep);
  /// The address of a word of Program::slots.
  llvm::Constant* slot(uint32_t index) { return element(slots_, index, 8); }
  llvm::Constant* functionInfo(const ir::Function* function);
  /// Of a program that is entered: where the pointers to globals and functions of the VM's program are.
  llvm::GlobalVariable* sharedSlots() { return sharedSlots_; }
  llvm::GlobalVariable* sharedFunctions() { return sharedFunctions_; }
  /// The address of a further inline cache.
  llvm::Constant* newCache() { return element(caches_, cacheCount_++, 8); }

 private:
  llvm::Constant* element(llvm::GlobalVariable* array, uint64_t index, uint64_t size);
  llvm::GlobalVariable* declareArray(const char* name);
  void defineArray(llvm::GlobalVariable* declared, uint64_t bytes);
  llvm::GlobalVariable* addData(llvm::Constant* value, const char* name, unsigned alignment);
  void scanFunctions();
  llvm::Function* declare(const ir::Function& function);
  void declareFunctions();
  llvm::FunctionType* functionType(const ir::Function& function);
  bool evaluates();
  llvm::Constant* evaluator();
  void emitLibraries();
  llvm::GlobalVariable* sharedPointer(const char* name);
  void emitEntries(llvm::GlobalVariable* program);
  llvm::GlobalVariable* emitProgramData();
  template <class F>
  void forEachInstruction(F&& visit) const {
    for (const ir::Function* function : program_.functions)
      for (const ir::Block* block : function->blocks)
        for (const ir::Instruction* inst : block->instructions) visit(*inst);
  }
  llvm::GlobalVariable* emitBodies();

  const ir::Program& program_;
  const NativeOptions& options_;
  std::unique_ptr<llvm::Module> module_;
  RuntimeModule runtime_;
  ImageTables tables_;
  DebugInfo debugInfo_;
  Memory memory_;
  llvm::FunctionType* codeType_;
  llvm::GlobalVariable* slots_;
  llvm::GlobalVariable* caches_;
  llvm::GlobalVariable* functions_;
  llvm::GlobalVariable* sharedSlots_ = nullptr;
  llvm::GlobalVariable* sharedFunctions_ = nullptr;
  uint32_t cacheCount_ = 0;
  std::vector<llvm::Function*> bodies_;  // by function index
  std::vector<bool> addressTaken_;  // functions that closures are made of, and the main module's
  std::vector<bool> assigned_;      // globals, by index
  std::vector<bool> usesCallee_;    // functions with a Callee instruction
  std::vector<bool> inTailCall_;    // functions that make or are reached by known tail calls
};

}  // namespace gene::native
