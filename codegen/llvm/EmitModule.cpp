#include "codegen/llvm/EmitModule.h"

#include <llvm/IR/IRBuilder.h>
#include <llvm/Transforms/Utils/ModuleUtils.h>

#include <algorithm>

#include "codegen/llvm/Bitcode.h"
#include "codegen/llvm/EmitFunction.h"
#include "runtime/abi/Layout.h"
#include "runtime/image/NativeEntries.h"

namespace gene::native {

using llvm::Constant;
using llvm::GlobalValue;
using llvm::GlobalVariable;

ModuleEmitter::ModuleEmitter(const ir::Program& program, const NativeOptions& options,
                             const Parts& parts, llvm::LLVMContext& context)
    : program_(program),
      options_(options),
      parts_(parts),
      module_(std::make_unique<llvm::Module>(llvm::StringRef(program.mainFile), context)),
      runtime_(*module_),
      debugInfo_(*module_, program, options),
      memory_(context),
      bodies_(program.functions.size()) {
  module_->setSourceFileName(llvm::StringRef(program.mainFile));
  module_->setPICLevel(llvm::PICLevel::BigPIC);
  module_->setPIELevel(llvm::PIELevel::Large);
  llvm::Type* const word = llvm::Type::getInt64Ty(context);
  codeType_ = llvm::FunctionType::get(
      word, {llvm::PointerType::get(context, 0), word, word, word, word, word}, false);
  caches_ = declareArray("gene.caches");
}

void ModuleEmitter::declareTables() {
  tables_.emplace(program_);
  slots_ = declareArray("gene.slots");
  functions_ = declareArray("gene.functions");
}

std::unique_ptr<llvm::Module> ModuleEmitter::emit() {
  declareTables();
  if (program_.isEntered) {
    sharedSlots_ = sharedPointer("gene.shared.slots");
    sharedFunctions_ = sharedPointer("gene.shared.functions");
  }
  for (const ir::Function* function : program_.functions) body(function);
  emitFunctions(parts_.functions.front());
  GlobalVariable* const program = emitProgramData();
  if (program_.isEntered) emitEntries(program);
  debugInfo_.finish();
  return std::move(module_);
}

void ModuleEmitter::emitFunctions(const std::vector<const ir::Function*>& functions) {
  for (const ir::Function* function : functions)
    FunctionEmitter::emitBounded(*this, *function, body(function));
}

// --- functions ---------------------------------------------------------------------------------------------------------------

llvm::Type* ModuleEmitter::typeOf(ir::Rep rep) {
  switch (rep) {
    case ir::Rep::Boxed:
    case ir::Rep::I64: return llvm::Type::getInt64Ty(context());
    case ir::Rep::F64: return llvm::Type::getDoubleTy(context());
    case ir::Rep::I1: return llvm::Type::getInt1Ty(context());
  }
  GENE_UNREACHABLE("representation");
}

const ir::Global* ModuleEmitter::builtin(const ir::Value* value) const {
  const auto read = ir::madeBy<ir::Op::GlobalGet, ir::Op::GlobalCheck>(value);
  if (!read) return nullptr;
  const ir::Global* global = read.global();
  return global->external && !parts_.facts.assigned[global->index] ? global : nullptr;
}

std::vector<bool> ModuleEmitter::buffered(const ir::Function& function) const {
  const auto& params = function.entry()->params;
  std::vector<bool> result(params.size());
  if (!inTailCall(function)) return result;
  // What the C convention of x86-64 has, but for the context; that of AArch64 has more words.
  constexpr unsigned Words = 5, Floats = 8;
  unsigned words = 0, floats = 0;
  for (size_t i = 0; i < params.size(); i++)
    result[i] = params[i]->rep == ir::Rep::F64 ? ++floats > Floats : ++words > Words;
  return result;
}

/// A direct function takes the context and its slots as they are represented; all others are NativeCode.
llvm::FunctionType* ModuleEmitter::functionType(const ir::Function& function) {
  if (!function.isDirect) return codeType_;
  std::vector<llvm::Type*> types{llvm::PointerType::get(context(), 0)};
  const std::vector<bool> inBuffer = buffered(function);
  const auto& params = function.entry()->params;
  for (size_t i = 0; i < params.size(); i++)
    if (!inBuffer[i]) types.push_back(typeOf(params[i]->rep));
  return llvm::FunctionType::get(typeOf(function.result), types, false);
}

llvm::Function* ModuleEmitter::declare(const ir::Function& function) {
  const bool isWhole = kind_ == Kind::Whole;
  const bool isShared = !isWhole && parts_.isShared[function.index];
  llvm::Function* const result = llvm::Function::Create(
      functionType(function),
      isShared ? GlobalValue::ExternalLinkage : GlobalValue::InternalLinkage,
      isWhole ? "gene." + displayName(program_, function) : parts_.symbols[function.index],
      *module_);
  if (isShared) result->setVisibility(GlobalValue::HiddenVisibility);
  result->setDoesNotThrow();
  result->addFnAttr("probe-stack", "inline-asm");
  // Tail calls between direct functions: any prototypes go together, but calls cost an instruction more.
  if (function.isDirect)
    result->setCallingConv(inTailCall(function) ? llvm::CallingConv::Tail
                                                : llvm::CallingConv::Fast);
  return result;
}

llvm::Function* ModuleEmitter::body(const ir::Function* function) {
  llvm::Function*& known = bodies_[function->index];
  if (!known) known = declare(*function);
  return known;
}

// --- data --------------------------------------------------------------------------------------------------------------------

/// How long an array is turns out while code is generated: it is declared first and defined at the end.
GlobalVariable* ModuleEmitter::declareArray(const char* name) {
  return new GlobalVariable(*module_, llvm::Type::getInt64Ty(context()), false,
                            GlobalValue::ExternalLinkage, nullptr, name);
}

void ModuleEmitter::defineArray(GlobalVariable*& declared, uint64_t bytes) {
  llvm::Type* const type = llvm::ArrayType::get(llvm::Type::getInt64Ty(context()), (bytes + 7) / 8);
  GlobalVariable* const defined = new GlobalVariable(
      *module_, type, false, GlobalValue::InternalLinkage, llvm::ConstantAggregateZero::get(type));
  defined->setAlignment(llvm::Align(16));
  defined->takeName(declared);
  declared->replaceAllUsesWith(defined);
  declared->eraseFromParent();
  declared = defined;
}

Constant* ModuleEmitter::element(GlobalVariable* array, uint64_t index, uint64_t size) {
  Constant* const offset = llvm::ConstantInt::get(llvm::Type::getInt64Ty(context()), index * size);
  return llvm::ConstantExpr::getInBoundsGetElementPtr(llvm::Type::getInt8Ty(context()), array,
                                                      offset);
}

/// Internal, never written data.
GlobalVariable* ModuleEmitter::addData(Constant* value, const char* name, unsigned alignment) {
  GlobalVariable* const data = new GlobalVariable(*module_, value->getType(), true,
                                                  GlobalValue::InternalLinkage, value, name);
  data->setAlignment(llvm::Align(alignment));
  return data;
}

/// The code of each function that a closure may have; the others are called directly only and may go.
GlobalVariable* ModuleEmitter::emitBodies() {
  llvm::PointerType* const pointer = llvm::PointerType::get(context(), 0);
  std::vector<Constant*> bodies;
  for (const ir::Function* function : program_.functions)
    bodies.push_back(parts_.facts.addressTaken[function->index]
                         ? static_cast<Constant*>(body(function))
                         : llvm::ConstantPointerNull::get(pointer));
  return addData(llvm::ConstantArray::get(llvm::ArrayType::get(pointer, bodies.size()), bodies),
                 "gene.bodies", 16);
}

/// May the program have to compile something: data that it evaluates, or modules that a serialized value refers to?
bool ModuleEmitter::evaluates() {
  bool any = tables_->mentionsOneOf("serdes");
  forEachInstruction([&](const ir::Instruction& inst) { any |= inst.info().evaluates; });
  return any;
}

/// The function that installs the evaluator if the program evaluates data, which is what makes the linker include it;
/// else null.
Constant* ModuleEmitter::evaluator() {
  llvm::PointerType* const pointer = llvm::PointerType::get(context(), 0);
  if (!evaluates()) return llvm::ConstantPointerNull::get(pointer);
  llvm::FunctionType* const type =
      llvm::FunctionType::get(llvm::Type::getVoidTy(context()), {pointer}, false);
  return cast<Constant>(module_->getOrInsertFunction("gene_install_evaluator", type).getCallee());
}

/// Refers to the parts of the runtime that the program names something of, so that the linker includes them. A program that
/// computes names has all but the one that waits. The tables are complete.
void ModuleEmitter::emitLibraries() {
  static constexpr struct {
    const char* function;
    std::string_view words;
    bool waits;
  } libraries[] = {
#define LIBRARY(name, words) {"gene_library_" #name, words, false},
#define WAITING_LIBRARY(function, words) {#function, words, true},
#include "runtime/builtins/Libraries.def"
  };
  bool waits = evaluates(), computesNames = false;
  forEachInstruction([&](const ir::Instruction& inst) {
    computesNames |= inst.info().computesName();
    waits |= inst.info().group == ir::Group::Future;
  });
  llvm::FunctionType* const type = llvm::FunctionType::get(
      llvm::Type::getVoidTy(context()), {llvm::PointerType::get(context(), 0)}, false);
  std::vector<Constant*> used;
  for (const auto& library : libraries)
    if ((library.waits ? waits : computesNames) || tables_->mentionsOneOf(library.words))
      used.push_back(
          cast<Constant>(module_->getOrInsertFunction(library.function, type).getCallee()));
  if (used.empty()) return;
  llvm::ArrayType* const array =
      llvm::ArrayType::get(llvm::PointerType::get(context(), 0), used.size());
  llvm::appendToCompilerUsed(*module_,
                             {addData(llvm::ConstantArray::get(array, used), "gene.libraries", 8)});
}

/// gene_program: the NativeProgram that runtime/image/Main.cpp starts.
GlobalVariable* ModuleEmitter::emitProgramData() {
  const std::vector<uint8_t> image = tables_->write({});
  emitLibraries();
  GlobalVariable* const imageData =
      addData(llvm::ConstantDataArray::get(context(), image), "gene.image", 16);
  llvm::Type* const word = llvm::Type::getInt64Ty(context());
  llvm::PointerType* const pointer = llvm::PointerType::get(context(), 0);
  const auto number = [&](uint64_t value) { return llvm::ConstantInt::get(word, value); };
  Constant* const members[] = {
      imageData,           number(image.size()),    slots_,     functions_, emitBodies(), caches_,
      number(cacheCount_), number(nativeAbiHash()), evaluator()};
  static_assert(layout::NativeProgram_evaluator == 64 && layout::NativeProgram_abiHash == 56 &&
                    layout::NativeProgram_cacheCount == 48 && layout::NativeProgram_caches == 40 &&
                    layout::NativeProgram_bodies == 32 && layout::NativeProgram_functions == 24 &&
                    layout::NativeProgram_slots == 16 && layout::NativeProgram_imageSize == 8 &&
                    layout::NativeProgram_image == 0 && layout::sizeOfNativeProgram == 72,
                "the order of the members above");
  llvm::StructType* const type = llvm::StructType::get(
      context(), {pointer, word, pointer, pointer, pointer, pointer, word, word, pointer});
  GlobalVariable* const program =
      new GlobalVariable(*module_, type, true, GlobalValue::ExternalLinkage,
                         llvm::ConstantStruct::get(type, members), "gene_program");
  program->setAlignment(llvm::Align(16));
  defineArray(slots_, uint64_t{tables_->slotCount()} * 8);
  debugInfo_.globals(module_->getNamedGlobal("gene.slots"));
  if (debugInfo_.hasVariables()) emitPrinters();
  defineArray(caches_, uint64_t{cacheCount_} * 8);
  defineArray(functions_, program_.functions.size() * layout::sizeOfFunctionInfo);
  return program;
}

/// What gdb.py has to know of the runtime, as Python.
static std::string printerNumbers() {
  std::string out = "LAYOUT = {";
  const auto number = [&](const char* name, uint64_t value) {
    out += std::string("'") + name + "': " + std::to_string(value) + ", ";
  };
  number("IntTag", Value::IntTag);
  number("IntBias", Value::IntBias);
  number("DoubleOffset", Value::DoubleOffset);
  number("DoubleRange", Value::DoubleRange);
  number("CharTag", Value::CharTag);
  number("SymbolTag", Value::SymbolTag);
  number("boxed", layout::BoxedIntObject_value);
  number("bytes", layout::StringObject_bytes);
  number("text", sizeof(StringObject));  // behind it the text lies, or where it is
  number("isShared", StringObject::Shared);
  number("items", layout::ArrayObject_items);
  number("entries", sizeof(Object));
  out += "}\nKINDS = [";
#define IMMEDIATE(Name, Class, Typeof) out += "'" #Name "', ";
#define KIND(Name, Struct, Class, Typeof, Printed, Traits) out += "'" #Name "', ";
#include "runtime/value/Kinds.def"
  return out + "]\n";
}

/// Has gdb load the printers with the executable.
void ModuleEmitter::emitPrinters() {
  // An entry of the section: 4 (a script in Python that follows), its name, a line end, the script, 0.
  const std::string entry = "\x04gene\n" + printerNumbers() + std::string(gdbPrinters());
  Constant* const text = llvm::ConstantDataArray::getString(context(), entry);
  auto* const script = new GlobalVariable(*module_, text->getType(), true,
                                          GlobalValue::PrivateLinkage, text, "gene.gdb");
  script->setSection(".debug_gdb_scripts");
  script->setAlignment(llvm::Align(1));
  llvm::appendToUsed(*module_, {script});
}

/// A pointer that is written when the code is installed.
GlobalVariable* ModuleEmitter::sharedPointer(const char* name) {
  llvm::PointerType* const pointer = llvm::PointerType::get(context(), 0);
  GlobalVariable* const variable =
      new GlobalVariable(*module_, pointer, false, GlobalValue::InternalLinkage,
                         llvm::ConstantPointerNull::get(pointer), name);
  variable->setExternallyInitialized(true);
  return variable;
}

namespace {

/// Is the function done so soon that the VM is faster than the way to native code and back? It is short, has no loop and calls
/// nothing.
bool isQuick(const ir::Function& function) {
  constexpr size_t Short = 40;
  size_t count = 0;
  bool goesOn = false;
  for (const ir::Block* block : function.blocks) {
    count += block->instructions.size();
    for (const ir::Instruction* inst : block->instructions)
      goesOn |= inst->info().runsCode && inst->info().group == ir::Group::Call;
    block->forEachEdge([&](ir::Edge& edge, bool) { goesOn |= edge.target->index <= block->index; });
  }
  return !goesOn && count <= Short;
}

}  // namespace

/// gene_entries: the NativeEntries by which a VM comes into this code.
void ModuleEmitter::emitEntries(GlobalVariable* program) {
  llvm::PointerType* const pointer = llvm::PointerType::get(context(), 0);
  std::vector<Constant*> bodies, entries;
  for (const ir::Function* function : program_.functions) {
    const uint32_t index = function->enteredAs;
    if (index == ir::Function::NotEntered) continue;
    if (bodies.size() <= index) {
      bodies.resize(index + 1, llvm::ConstantPointerNull::get(pointer));
      entries.resize(index + 1, llvm::ConstantPointerNull::get(pointer));
    }
    // The top level has begun, and a macro finds its caller in the VM.
    if (index == 0 || function->isMacro) continue;
    bodies[index] = bodies_[function->index];
    if (!isQuick(*function)) entries[index] = bodies_[function->index];
  }
  llvm::ArrayType* const array = llvm::ArrayType::get(pointer, bodies.size());
  llvm::Type* const word = llvm::Type::getInt64Ty(context());
  const auto number = [&](uint64_t value) { return llvm::ConstantInt::get(word, value); };
  std::vector<Constant*> loops;
  llvm::StructType* const loopType =
      llvm::StructType::get(context(), {pointer, pointer, word, word, word, word});
  for (const ir::Program::EnteredLoop& loop : program_.enteredLoops) {
    Constant* const registers = llvm::ConstantDataArray::get(context(), loop.registers);
    loops.push_back(llvm::ConstantStruct::get(
        loopType, {bodies_[loop.code->index], addData(registers, "gene.loop.registers", 2),
                   number(loop.registers.size()), number(loop.function), number(loop.offset),
                   number(loop.opcode)}));
  }
  static_assert(offsetof(vm::NativeLoop, registers) == 8 && offsetof(vm::NativeLoop, count) == 16 &&
                    offsetof(vm::NativeLoop, function) == 24 &&
                    offsetof(vm::NativeLoop, offset) == 32 && sizeof(vm::NativeLoop) == 48,
                "the order of the members above");
  Constant* const members[] = {
      program,
      sharedSlots_,
      sharedFunctions_,
      addData(llvm::ConstantArray::get(array, bodies), "gene.entered.bodies", 16),
      addData(llvm::ConstantArray::get(array, entries), "gene.entries", 16),
      number(bodies.size()),
      number(program_.sharedGlobals),
      addData(llvm::ConstantArray::get(llvm::ArrayType::get(loopType, loops.size()), loops),
              "gene.loops", 8),
      number(loops.size())};
  static_assert(
      offsetof(vm::NativeEntries, program) == 0 && offsetof(vm::NativeEntries, slots) == 8 &&
          offsetof(vm::NativeEntries, functions) == 16 &&
          offsetof(vm::NativeEntries, bodies) == 24 && offsetof(vm::NativeEntries, entries) == 32 &&
          offsetof(vm::NativeEntries, count) == 40 &&
          offsetof(vm::NativeEntries, globalCount) == 48 &&
          offsetof(vm::NativeEntries, loops) == 56 && sizeof(vm::NativeEntries) == 72,
      "the order of the members above");
  llvm::StructType* const type = llvm::StructType::get(
      context(), {pointer, pointer, pointer, pointer, pointer, word, word, pointer, word});
  new GlobalVariable(*module_, type, true, GlobalValue::ExternalLinkage,
                     llvm::ConstantStruct::get(type, members), "gene_entries");
}

}  // namespace gene::native
