// The modules of a program in parts: one for the code of each, and one for the tables, which all of them refer to by name.

#include <llvm/IR/IRBuilder.h>

#include <set>

#include "codegen/llvm/EmitFunction.h"
#include "runtime/abi/Layout.h"

namespace gene::native {

using llvm::Constant;
using llvm::GlobalValue;
using llvm::GlobalVariable;

// --- a part --------------------------------------------------------------------------------------------------------------------

std::unique_ptr<llvm::Module> ModuleEmitter::emitPart(size_t part) {
  kind_ = Kind::Part;
  part_ = part;
  const std::vector<const ir::Function*>& functions = parts_.functions[part];
  for (const ir::Function* function : functions) body(function);
  emitFunctions(functions);
  defineArray(caches_, uint64_t{cacheCount_} * 8);
  debugInfo_.finish();
  return std::move(module_);
}

/// Data that the tables define.
GlobalVariable* ModuleEmitter::declareHidden(const std::string& name, llvm::Type* type) {
  GlobalVariable* const variable =
      new GlobalVariable(*module_, type, false, GlobalValue::ExternalLinkage, nullptr, name);
  variable->setVisibility(GlobalValue::HiddenVisibility);
  variable->setAlignment(llvm::Align(8));
  return variable;
}

/// The slot of something that is told from others by its address.
template <class T>
Constant* ModuleEmitter::slotOf(T item, std::vector<T>& references, const std::string& name) {
  Constant*& known = slotsOf_[item];
  if (known) return known;
  references.push_back(item);
  return known = declareHidden(name, llvm::Type::getInt64Ty(context()));
}

Constant* ModuleEmitter::global(const ir::Global* global) {
  if (kind_ != Kind::Part) return slot(global->index);
  return slotOf(global, references_.globals, parts_.globals[global->index]);
}

Constant* ModuleEmitter::constant(const ir::Constant* constant) {
  if (kind_ != Kind::Part) return slot(tables_->constantSlot(constant));
  return slotOf(constant, references_.constants, parts_.data.at(constant));
}

Constant* ModuleEmitter::form(const Form* form) {
  if (kind_ != Kind::Part) return slot(tables_->formSlot(form));
  return slotOf(form, references_.forms, parts_.data.at(form));
}

Constant* ModuleEmitter::symbol(Symbol symbol) {
  if (kind_ != Kind::Part) return slot(tables_->symbolSlot(symbol));
  Constant*& known = symbolSlots_[symbol];
  if (known) return known;
  references_.symbols.push_back(symbol);
  return known = declareHidden(slotName(symbol), llvm::Type::getInt64Ty(context()));
}

Constant* ModuleEmitter::functionInfo(const ir::Function* function) {
  if (kind_ != Kind::Part) return element(functions_, function->index, layout::sizeOfFunctionInfo);
  const std::string name = infoName(parts_.symbols[function->index]);
  if (GlobalVariable* known = module_->getGlobalVariable(name)) return known;
  references_.infos.push_back(function);
  return declareHidden(
      name, llvm::ArrayType::get(llvm::Type::getInt8Ty(context()), layout::sizeOfFunctionInfo));
}

uint64_t ModuleEmitter::site(Location loc, const ir::Inlined* inlined,
                             const ir::Function* function) {
  return kind_ == Kind::Part ? siteOfPart(loc, inlined, function)
                             : tables_->site(loc, inlined, function);
}

uint64_t ModuleEmitter::siteOfPart(Location loc, const ir::Inlined* inlined,
                                   const ir::Function* function) {
  const auto [entry, isNew] =
      sites_.try_emplace({loc.offset, inlined, function}, references_.sites.size());
  if (isNew) references_.sites.push_back({loc, inlined, function});
  return entry->second;
}

/// Of a part: the tables have the number of its first site.
llvm::Value* ModuleEmitter::siteNumber(llvm::IRBuilderBase& builder, llvm::Value* site) {
  if (kind_ != Kind::Part) return site;
  const std::string name = sitesName(parts_.symbols[parts_.functions[part_].front()->index]);
  GlobalVariable* first = module_->getGlobalVariable(name);
  if (!first) first = declareHidden(name, builder.getInt64Ty());
  return builder.CreateAdd(site, builder.CreateLoad(builder.getInt64Ty(), first));
}

// --- the tables ------------------------------------------------------------------------------------------------------------------

std::unique_ptr<llvm::Module> ModuleEmitter::emitTables(const std::vector<References>& references) {
  kind_ = Kind::Tables;
  declareTables();
  llvm::Type* const word = llvm::Type::getInt64Ty(context());
  for (size_t part = 0; part < parts_.count(); part++) {
    const uint32_t first = tables_->addSites(references[part].sites);
    GlobalVariable* const number = new GlobalVariable(
        *module_, word, true, GlobalValue::ExternalLinkage, llvm::ConstantInt::get(word, first),
        sitesName(parts_.symbols[parts_.functions[part].front()->index]));
    number->setVisibility(GlobalValue::HiddenVisibility);
  }
  std::map<std::string, uint32_t> slots;
  std::set<uint32_t> infos;
  for (const References& part : references) {
    for (const ir::Global* global : part.globals)
      slots[parts_.globals[global->index]] = global->index;
    for (const ir::Constant* constant : part.constants)
      slots[parts_.data.at(constant)] = tables_->constantSlot(constant);
    for (const Symbol symbol : part.symbols) slots[slotName(symbol)] = tables_->symbolSlot(symbol);
    for (const Form* form : part.forms) slots[parts_.data.at(form)] = tables_->formSlot(form);
    for (const ir::Function* function : part.infos) infos.insert(function->index);
  }
  emitProgramData();
  for (const auto& [name, index] : slots) defineName(name, slot(index));
  for (const uint32_t index : infos)
    defineName(infoName(parts_.symbols[index]), functionInfo(program_.functions[index]));
  debugInfo_.finish();
  return std::move(module_);
}

void ModuleEmitter::defineName(const std::string& name, Constant* address) {
  llvm::GlobalAlias* const alias =
      llvm::GlobalAlias::create(llvm::Type::getInt64Ty(context()), 0, GlobalValue::ExternalLinkage,
                                name, address, module_.get());
  alias->setVisibility(GlobalValue::HiddenVisibility);
}

}  // namespace gene::native
