#include "codegen/llvm/DebugInfo.h"

#include <llvm/BinaryFormat/Dwarf.h>

#include "codegen/llvm/ValueBits.h"

namespace gene::native {

using namespace llvm;

std::string displayName(const ir::Program& program, const ir::Function& function) {
  if (&function == program.functions.front()) return "__init__";
  if (!function.name.empty()) return std::string(function.name.text());
  return function.loc.valid() ? "fn:" + std::to_string(program.sources.position(function.loc).line)
                              : "fn";
}

DebugInfo::DebugInfo(Module& module, const ir::Program& program, const NativeOptions& options)
    : builder_(module),
      program_(program),
      lines_(options.lines || options.debugInfo),
      variables_(options.debugInfo),
      optimised_(options.level > 0) {
  if (!lines_) return;
  module.addModuleFlag(Module::Warning, "Debug Info Version", DEBUG_METADATA_VERSION);
  module.addModuleFlag(Module::Max, "Dwarf Version", 4);
  // Debuggers refuse the expressions and calls of languages they don't know, so this is C to them.
  unit_ = builder_.createCompileUnit(
      DISourceLanguageName(dwarf::DW_LANG_C), file(program.mainFile), "gene", optimised_, "", 0, "",
      variables_ ? DICompileUnit::FullDebug : DICompileUnit::LineTablesOnly);
}

DIFile* DebugInfo::file(std::string_view name) {
  DIFile*& known = files_[std::string(name)];
  if (!known) known = builder_.createFile(name.empty() ? StringRef("gene") : StringRef(name), ".");
  return known;
}

DIType* DebugInfo::type(ir::Rep rep) {
  DIType*& known = types_[static_cast<size_t>(rep)];
  if (known) return known;
  switch (rep) {
    case ir::Rep::Boxed: {
      DIType* const word = builder_.createBasicType("unsigned long", 64, dwarf::DW_ATE_unsigned);
      return known = builder_.createTypedef(word, "GeneValue", file(program_.mainFile), 0, unit_);
    }
    case ir::Rep::I64: return known = builder_.createBasicType("long", 64, dwarf::DW_ATE_signed);
    case ir::Rep::F64: return known = builder_.createBasicType("double", 64, dwarf::DW_ATE_float);
    case ir::Rep::I1: return known = builder_.createBasicType("bool", 8, dwarf::DW_ATE_boolean);
  }
  GENE_UNREACHABLE("representation");
}

DISubprogram* DebugInfo::subprogram(const ir::Function& function, StringRef symbol) {
  const Position position = positionOf(function.loc);
  DIFile* const where = file(position.file);
  SmallVector<Metadata*, 8> types;
  if (variables_) {
    types.push_back(type(function.result));
    for (const ir::Param* param : function.entry()->params) types.push_back(type(param->rep));
  }
  DISubprogram::DISPFlags flags = DISubprogram::SPFlagDefinition | DISubprogram::SPFlagLocalToUnit;
  if (optimised_) flags |= DISubprogram::SPFlagOptimized;
  // Debuggers show the symbol in the place of the name where they know both.
  return builder_.createFunction(
      where, displayName(program_, function), variables_ ? StringRef() : symbol, where,
      position.line, builder_.createSubroutineType(builder_.getOrCreateTypeArray(types)),
      position.line, DINode::FlagPrototyped, flags);
}

void DebugInfo::define(const ir::Function& function, llvm::Function* code) {
  if (lines_) code->setSubprogram(subprogram(function, code->getName()));
}

DILocation* DebugInfo::location(llvm::Function* code, Location loc, const ir::Inlined* inlined) {
  if (!lines_) return nullptr;
  DISubprogram* scope = code->getSubprogram();
  DILocation* call = nullptr;
  if (inlined) {
    DILocation*& known = calls_[{inlined, scope}];
    if (!known) known = location(code, inlined->call, inlined->caller);
    call = known;
    DISubprogram*& author = inlinedFrom_[inlined->function];
    if (!author) author = subprogram(*inlined->function, "");
    scope = author;
  }
  const Position position = positionOf(loc);
  // A place in another file (code of a macro) has a scope that says so.
  DIScope* place = scope;
  if (loc.valid() && llvm::StringRef(position.file) != scope->getFilename()) {
    DILexicalBlockFile*& block = foreign_[{scope, position.file}];
    if (!block) block = builder_.createLexicalBlockFile(scope, file(position.file));
    place = block;
  }
  return DILocation::get(code->getContext(), position.line, position.column, place, call);
}

void DebugInfo::parameters(const ir::Function& function, ArrayRef<llvm::Value*> values,
                           BasicBlock* block) {
  // In programs that are compiled for debuggers they are variables like others, which debug.points name.
  if (!variables_ || program_.debug) return;
  DISubprogram* const scope = block->getParent()->getSubprogram();
  const Position position = positionOf(function.loc);
  for (unsigned i = 0; i < values.size(); i++) {
    const std::string_view name = function.params[i].name.text();
    if (name.empty()) continue;
    DILocalVariable* variable =
        builder_.createParameterVariable(scope, name, i + 1, file(position.file), position.line,
                                         type(function.entry()->params[i]->rep), true);
    builder_.insertDbgValueIntrinsic(values[i], variable, builder_.createExpression(),
                                     DILocation::get(block->getContext(), position.line, 0, scope),
                                     block->end());
  }
}

void DebugInfo::variable(const ir::Function& function, std::string_view name, llvm::Value* holder,
                         const Where& where, Location loc, BasicBlock* block) {
  DISubprogram* const scope = block->getParent()->getSubprogram();
  const Position position = positionOf(loc);
  size_t parameter = function.params.size();
  if (where.slot && !where.isCaptured)
    for (size_t i = function.params.size(); i-- > 0;)
      if (function.params[i].name.text() == name) parameter = i;
  // A variable of the body may have the name of a parameter.
  const bool isParameter = parameter < function.params.size() &&
                           describedParameters_.insert({&function, parameter}).second;
  DIFile* const source = file(position.file);
  DILocalVariable* const variable =
      isParameter
          ? builder_.createParameterVariable(scope, name, static_cast<unsigned>(parameter) + 1,
                                             source, position.line, type(ir::Rep::Boxed), true)
          : builder_.createAutoVariable(scope, name, source, position.line, type(ir::Rep::Boxed),
                                        true);
  SmallVector<uint64_t, 3> path;
  if (where.slot)
    path = {dwarf::DW_OP_deref, dwarf::DW_OP_plus_uconst,
            uint64_t{layout::sizeOfScopeObject} + uint64_t{*where.slot} * 8};
  builder_.insertDeclare(holder, variable, builder_.createExpression(path),
                         DILocation::get(block->getContext(), position.line, 0, scope), block);
}

void DebugInfo::globals(GlobalVariable* slots) {
  if (!variables_) return;
  for (const ir::Global* global : program_.globals) {
    // Names of functions are those of their code.
    if (global->external || global->function || global->name.text().empty()) continue;
    const Position position = positionOf(global->loc);
    slots->addDebugInfo(builder_.createGlobalVariableExpression(
        unit_, global->name.text(), "", file(position.file), position.line, type(ir::Rep::Boxed),
        true, true,
        builder_.createExpression({dwarf::DW_OP_plus_uconst, uint64_t{global->index} * 8})));
  }
}

void DebugInfo::finish() {
  if (lines_) builder_.finalize();
}

Position DebugInfo::positionOf(Location loc) const {
  if (!loc.valid()) return {program_.mainFile, 0, 0};
  return program_.sources.position(loc);
}

}  // namespace gene::native
