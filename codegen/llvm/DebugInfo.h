#pragma once
// DWARF for Gene: line tables unless nobody would see them, variables with -g. The only user of DIBuilder. Paths are those the
// sources were named by, relative to ".", so that the output is the same wherever it is built.

#include <llvm/IR/DIBuilder.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/Module.h>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "codegen/ir/Ir.h"
#include "codegen/link/Native.h"

namespace gene::native {

class DebugInfo {
 public:
  DebugInfo(llvm::Module& module, const ir::Program& program, const NativeOptions& options);

  /// Attaches a subprogram to the code of `function`.
  void define(const ir::Function& function, llvm::Function* code);
  /// A place in `code`; line 0 where `loc` is nowhere; null without line tables.
  llvm::DILocation* location(llvm::Function* code, Location loc,
                             const ir::Inlined* inlined = nullptr);
  /// Says at the end of `block` that the parameters of `function` are in these values.
  void parameters(const ir::Function& function, llvm::ArrayRef<llvm::Value*> values,
                  llvm::BasicBlock* block);
  /// Are variables described?
  [[nodiscard]] bool hasVariables() const { return variables_; }
  /// Where a variable lies that is seen in code which was compiled for debuggers.
  struct Where {
    std::optional<uint32_t>
        slot;  // of the scope object that the holder points to; none: the holder has its value
    bool isCaptured = false;  // the scope belongs to a function around this one
  };
  /// Says at the end of `block` that the code of `function` has a variable there; `holder` is a word of its frame.
  void variable(const ir::Function& function, std::string_view name, llvm::Value* holder,
                const Where& where, Location loc, llvm::BasicBlock* block);
  /// Says that the module variables of the program are in these words.
  void globals(llvm::GlobalVariable* slots);
  void finish();

 private:
  llvm::DIFile* file(std::string_view name);
  llvm::DISubprogram* subprogram(const ir::Function& function, llvm::StringRef symbol);
  llvm::DIType* type(ir::Rep rep);
  [[nodiscard]] Position positionOf(Location loc) const;

  llvm::DIBuilder builder_;
  const ir::Program& program_;
  const bool lines_;
  const bool variables_;
  const bool optimised_;
  llvm::DICompileUnit* unit_ = nullptr;
  llvm::DIType* types_[4] = {};
  std::map<std::string, llvm::DIFile*, std::less<>> files_;
  std::map<const ir::Function*, llvm::DISubprogram*>
      inlinedFrom_;  // functions whose code others have
  std::map<std::pair<const ir::Inlined*, llvm::DISubprogram*>, llvm::DILocation*> calls_;
  std::map<std::pair<llvm::DISubprogram*, std::string_view>, llvm::DILexicalBlockFile*> foreign_;
  std::set<std::pair<const ir::Function*, size_t>> describedParameters_;
};

/// The name of a function as debuggers and profilers show it: that of the source, `__init__` for a module's top level,
/// `fn:LINE` for a function without a name.
std::string displayName(const ir::Program& program, const ir::Function& function);

}  // namespace gene::native
