#pragma once
// One Gene function as an LLVM function. Each row of Instructions.def has a method here of its name (emitAdd …): a row
// without one does not link (gene_llvm_complete in CMakeLists.txt). RUNTIME rows go to emitRuntime, which calls
// the row's entry, but for those that have a fast path here.
//
// A value is held as its Rep says: a boxed word or a machine int as i64, a float as double, a truth value as i1. A
// comparison keeps its i1 beside the boxed word, so that a branch on it tests nothing twice.
//
// Exceptions: where something raised, control goes to a cold block that all such places of the function share (or all
// of one `try`): it notes the site and returns 0, or goes to the handler with the exception.

#include <deque>
#include <map>
#include <set>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "codegen/llvm/EmitModule.h"
#include "codegen/llvm/ValueBits.h"
#include "runtime/abi/Operations.h"

namespace gene::native {

class FunctionEmitter {
 public:
  /// Emits the function so that LLVM's time for it stays in proportion to it. Large ones call the runtime outside of their
  /// loops instead of inlining it; those that are huge even so are compiled without optimisation. Those with large frames
  /// get a guard against stack overflow (EmitBounded.cpp).
  static void emitBounded(ModuleEmitter& module, const ir::Function& function,
                          llvm::Function* code);

 private:
  /// LLVM instructions, as sizeOf counts them. Code without loops runs once a call: there it is huge sooner.
  static constexpr size_t LargeFunction = 12000, HugeFunction = 60000, HugeWithoutLoops = 5000,
                          HugeTopLevel = 2000;
  FunctionEmitter(ModuleEmitter& module, const ir::Function& function, llvm::Function* code,
                  bool isLarge);
  void emit();
  /// Bytes of a frame that has a guard in front; less than half of the reserve below the limit of a fiber's stack.
  static constexpr uint64_t LargeFrame = uint64_t{24} << 10;
  static size_t sizeOf(const llvm::Function& code);
  static void emitGuard(ModuleEmitter& module, const ir::Function& function, llvm::Function* code,
                        uint64_t estimate);
  // --- the rows ----------------------------------------------------------------------------------------------------------
#define INST(Name, ...) void emit##Name(const ir::Instruction& inst);
#define RUNTIME(Name, ...)
#include "runtime/abi/Instructions.def"
  void emitRuntime(const ir::Instruction& inst, std::string_view entry);
  void emitIndexSet(const ir::Instruction& inst);
  void emitInstruction(const ir::Instruction& inst);

  // --- the frame (EmitFunction.cpp) -----------------------------------------------------------------------------------------
  void orderBlocks();
  void findColdBlocks();
  void scan();
  llvm::AllocaInst* holderOf(const ir::Value* value);
  void emitPrologue();
  std::vector<llvm::Value*> parameters();
  void emitBlock(const ir::Block& block);
  void checkStack();
  void raiseOverflowIf(llvm::function_ref<llvm::Value*(llvm::Value*)> lowest,
                       llvm::BasicBlock* rest);
  void finishExits();
  /// The block that an edge from the current position leads to; adds its arguments to the phis there.
  llvm::BasicBlock* edgeTarget(const ir::Edge& edge, bool shared);
  llvm::BasicBlock* newBlock(const char* name);

  // --- values --------------------------------------------------------------------------------------------------------------
  struct Held {
    llvm::Value* value = nullptr;  // in the type of its Rep; null while only the condition exists
    llvm::Value* condition = nullptr;  // i1 of a boxed boolean
  };
  void define(const ir::Instruction& inst, llvm::Value* value) { held_[inst.number].value = value; }
  /// The result of a test: boxed only if something but a condition uses it.
  void defineCondition(const ir::Instruction& inst, llvm::Value* i1);
  llvm::Type* typeOf(ir::Rep rep) { return module_.typeOf(rep); }
  llvm::Value* constant(const ir::Constant& constant, ir::Rep rep);
  llvm::Value* loadConstant(llvm::Constant* address);
  llvm::Value* use(const ir::Value* value, ir::Rep rep);
  llvm::Value* use(const ir::Value* value) { return use(value, ir::Rep::Boxed); }
  llvm::Value* useCondition(const ir::Value* value);
  llvm::Value* convert(llvm::Value* value, ir::Rep from, ir::Rep to);
  static bool isConstant(const ir::Value* value, ir::ConstantKind kind);

  // --- raising ---------------------------------------------------------------------------------------------------------------
  /// The cold block for an exception at the instruction being emitted, entered from the current block.
  llvm::BasicBlock* raiseTarget();
  /// Goes on only when `failed` (an i1) is false.
  void raiseIf(llvm::Value* failed);
  /// Goes on only when `result` is a value.
  void raiseIfPending(llvm::Value* result);
  /// Goes on only when no exception is pending: after a call whose result does not tell.
  void raiseIfException();
  /// The exception is set: leaves.
  void raiseAlways();

  // --- calls -------------------------------------------------------------------------------------------------------------------
  llvm::CallInst* call(llvm::Function* callee, llvm::ArrayRef<llvm::Value*> args);
  llvm::CallInst* call(std::string_view name, llvm::ArrayRef<llvm::Value*> args) {
    return call(module_.runtime(name), args);
  }
  /// A call of Gene code in the one prototype; `args` are up to four, the rest is poison.
  enum class TailCall : uint8_t { Allowed, Refused };
  void callCode(const ir::Instruction& inst, llvm::FunctionCallee callee, llvm::Value* closure,
                llvm::ArrayRef<llvm::Value*> args, TailCall tail = TailCall::Allowed);
  /// What every call instruction ends with: a tail call returns, others test for an exception and define the result,
  /// which is held as `rep`.
  void finishCall(const ir::Instruction& inst, llvm::CallInst* result, ir::Rep rep = ir::Rep::Boxed,
                  TailCall tail = TailCall::Allowed);
  void tailCall(const ir::Instruction& inst, llvm::Value* callee,
                llvm::ArrayRef<llvm::Value*> args);
  void tailCallExactly(const ir::Instruction& inst, llvm::Value* info, llvm::Value* function,
                       llvm::ArrayRef<llvm::Value*> args, llvm::BasicBlock* other);
  void tailCallBound(const ir::Instruction& inst, llvm::Value* function);
  void tailCallValue(const ir::Instruction& inst, llvm::Value* callee,
                     llvm::ArrayRef<llvm::Value*> args, const ir::CallShape* shape);
  void tailCallOther(const ir::Instruction& inst);
  void callDirect(const ir::Instruction& inst, const ir::Function& callee);
  llvm::Value* methodTarget(const ir::Instruction& inst, Symbol name, llvm::Value* receiver);
  llvm::Value* calleeEntry(llvm::Value* callee, size_t count);
  void storeArguments(llvm::Value* buffer, llvm::ArrayRef<llvm::Value*> values);
  llvm::Value* argumentBuffer(size_t count);
  /// The operands from `first` on in this function's buffer of call arguments.
  llvm::Value* spill(const ir::Instruction& inst, size_t first);
  std::vector<llvm::Value*> words(Span<ir::Value* const> values);
  static bool alwaysRaises(const ir::Instruction& inst);
  llvm::Value* symbol(Symbol symbol);
  llvm::Value* callShape(const ir::CallShape* shape);

  // --- data --------------------------------------------------------------------------------------------------------------------
  llvm::Value* globalSlot(const ir::Global* global);
  llvm::Value* globalWord(const ir::Global* global);
  llvm::Value* closureInfo(const ir::Function& function);
  llvm::Value* loadShared(llvm::Value* pointer);
  llvm::Value* isShapeOfClasses(llvm::Value* shape, uint32_t first, uint32_t last);
  bool emitIsKind(const ir::Instruction& inst);
  llvm::Value* scopeSlot(const ir::Instruction& inst);
  llvm::Value* cachedIndex(llvm::Value* object, llvm::Value* cache, llvm::BasicBlock* slow);
  /// A call that may raise, as the whole of an instruction.
  void emitEntry(const ir::Instruction& inst, std::string_view name,
                 llvm::ArrayRef<llvm::Value*> args);

  // --- arrays (EmitArrays.cpp) ----------------------------------------------------------------------------------------------
  static bool isArray(const ir::Value* value) { return value->type.is(ir::Type::Array()); }
  llvm::Value* toArray(llvm::Value* word);
  llvm::Value* knownArray(const ir::Value* value);
  llvm::Value* arrayPointer(const ir::Value* value, llvm::BasicBlock* other);
  llvm::Value* mutableArray(const ir::Value* value, llvm::BasicBlock* other);
  /// A member of the object's header.
  llvm::Value* loadHeader(llvm::Type* type, llvm::Value* array, uint64_t offset);
  llvm::Value* arraySize(llvm::Value* array);
  void storeSize(llvm::Value* array, llvm::Value* size);
  llvm::Value* element(llvm::Value* array, llvm::Value* index);
  llvm::Value* loadElement(llvm::Value* array, llvm::Value* index);
  void pushElement(llvm::Value* array, const ir::Value* receiver, const ir::Value* item,
                   llvm::Value* word);
  llvm::Value* popElement(llvm::Value* array, llvm::BasicBlock* empty);
  llvm::Value* mayLeave();
  void defineNew(const ir::Instruction& inst, llvm::Value* made);
  void leaveIfOutOfMemory();
  /// The element of an array or something else, by a call.
  llvm::Value* getElement(const ir::Value* object, const ir::Value* key, llvm::Value* index);
  void setCounted(llvm::Value* array, llvm::Value* index, llvm::Value* word, bool isObject);
  static bool isPlainIndex(const ir::Value* key);
  llvm::Value* index(const ir::Value* key);
  /// Goes on where `condition` is true, else to `other`, which is the unlikely case.
  void require(llvm::Value* condition, llvm::BasicBlock* other);
  /// Stores a word over the element; what has to be counted is stored by the runtime.
  void storeElement(llvm::Value* array, llvm::Value* index, llvm::Value* word);
  llvm::Value* fromEitherEnd(llvm::Value* index, llvm::Value* size, llvm::BasicBlock* outside);
  void putElement(llvm::Value* array, llvm::Value* index, const ir::Value* value,
                  llvm::Value* word);
  void setElement(const ir::Instruction& inst, const ir::Value* key, llvm::Value* index,
                  const ir::Value* value);
  bool emitArrayMethod(const ir::Instruction& inst);
  bool emitTableMethod(const ir::Instruction& inst);
  bool emitStringMethod(const ir::Instruction& inst);
  /// What a method that is done here gives, and the blocks that go on with it.
  using MethodResults = llvm::SmallVector<std::pair<llvm::Value*, llvm::BasicBlock*>, 4>;
  void finishMethod(const ir::Instruction& inst, MethodResults& results, llvm::BasicBlock* other,
                    llvm::BasicBlock* done, llvm::function_ref<void()> rest);
  void callOtherMethod(const ir::Instruction& inst);

  // --- arithmetic ----------------------------------------------------------------------------------------------------------------
  enum class Operation { Add, Sub, Mul };
  void emitArithmetic(const ir::Instruction& inst, Operation operation, const char* name);
  llvm::Value* smallArithmetic(Operation operation, llvm::Value* a, llvm::Value* b,
                               llvm::BasicBlock* slow);
  llvm::Value* checkedArithmetic(const ir::Instruction& inst, Operation operation, llvm::Value* a,
                                 llvm::Value* b);
  llvm::Value* floatArithmetic(Operation operation, llvm::Value* a, llvm::Value* b);
  /// The operands as doubles where both are floats or known numbers; goes to `slow` where one is not.
  std::pair<llvm::Value*, llvm::Value*> doublesOr(const ir::Instruction& inst,
                                                  llvm::BasicBlock* slow);
  /// A boxed number as a double.
  llvm::Value* numberToDouble(llvm::Value* word, ir::Type type);
  /// An operation on operands that may be anything, whose result is wanted as a double; the entry gives `slowResult`.
  void emitFloatResult(const ir::Instruction& inst, const char* name, ir::Type slowResult,
                       llvm::function_ref<llvm::Value*(llvm::Value*, llvm::Value*)> operation);
  void emitIntComparison(const ir::Instruction& inst, llvm::CmpInst::Predicate ints,
                         const char* name);
  void emitFloatComparison(const ir::Instruction& inst, llvm::CmpInst::Predicate floats,
                           const char* name);
  llvm::Value* compareMixed(const ir::Value* lhs, const ir::Value* rhs,
                            llvm::CmpInst::Predicate floats);
  bool emitOperation(const ir::Instruction& inst);

  // --- bits (EmitBits.cpp) --------------------------------------------------------------------------------------------------
  llvm::Value* bitOperation(ir::Op op, llvm::Value* a, llvm::Value* b);
  void requireAmount(const ir::Instruction& inst, llvm::Value* amount);
  llvm::Value* smallBits(ir::Op op, llvm::Value* a, llvm::Value* b, llvm::BasicBlock* slow);
  void emitBits(const ir::Instruction& inst, const char* name);
  bool emitConversion(const ir::Instruction& inst);
  llvm::Value* remainder(const ir::Instruction& inst, llvm::Value* x, llvm::Value* y);
  llvm::Value* quickRemainder(llvm::Value* x, llvm::Value* y);
  void raiseOverflow(llvm::Value* overflowed, uint64_t operation);
  static bool isFloat(const ir::Value* value);
  static bool isInt(const ir::Value* value);
  static bool anyUnboxed(const ir::Instruction& inst);
  llvm::Value* useDouble(const ir::Value* value);
  void defineAs(const ir::Instruction& inst, llvm::Value* value, ir::Rep rep);
  llvm::Value* extreme(const std::vector<llvm::Value*>& numbers, llvm::CmpInst::Predicate beyond);
  bool emitOfKnownNumbers(const ir::Instruction& inst, NumberFunction function);
  bool emitNumberFunction(const ir::Instruction& inst);
  void callValue(const ir::Instruction& inst);
  llvm::Value* emitSameText(llvm::Value* string, llvm::Value* literal, std::string_view text);
  void emitTextComparison(const ir::Instruction& inst, const ir::Value* other,
                          const ir::Constant& text);
  llvm::Value* comparableWords(const ir::Instruction& inst, llvm::Value* a, llvm::Value* b);
  void emitComparison(const ir::Instruction& inst, llvm::CmpInst::Predicate words,
                      llvm::CmpInst::Predicate ints, llvm::CmpInst::Predicate floats,
                      const char* name);
  /// gene_slow_NAME, or gene_NAME when not optimising.
  llvm::CallInst* callSlow(const char* name, llvm::ArrayRef<llvm::Value*> args);
  /// Two ways to a value: `fast` from its block, `slow` from the current one. Goes on where they meet.
  llvm::Value* merge(llvm::BasicBlock* fastBlock, llvm::Value* fast, llvm::BasicBlock* slowBlock,
                     llvm::Value* slow, llvm::BasicBlock* done);
  /// Defines the instruction by `fast`, which is there where control is, or by what make() emits in the block `slow`; both
  /// ways lead to `done`.
  template <class F>
  void defineFastOrSlow(const ir::Instruction& inst, llvm::Value* fast, llvm::BasicBlock* slow,
                        llvm::BasicBlock* done, ir::Rep rep, F&& make) {
    llvm::BasicBlock* const fastBlock = b_.GetInsertBlock();
    b_.CreateBr(done);
    b_.SetInsertPoint(slow);
    llvm::Value* const result = make();
    llvm::BasicBlock* const slowBlock = b_.GetInsertBlock();
    b_.CreateBr(done);
    defineAs(inst, merge(fastBlock, fast, slowBlock, result, done), rep);
  }
  llvm::MDNode* likely();
  llvm::MDNode* unlikely();

  ModuleEmitter& module_;
  const ir::Function& function_;
  llvm::Function* code_;
  Builder b_;
  ValueBits bits_{b_};
  llvm::Value* context_;                   // the first argument
  llvm::Value* closure_ = nullptr;         // the second, but of direct functions
  std::vector<const ir::Block*> order_;    // reachable blocks, reverse post-order
  std::vector<llvm::BasicBlock*> blocks_;  // by Block::index
  std::vector<std::vector<llvm::PHINode*>> phis_;
  std::vector<Held> held_;                                 // by Value::number
  std::map<const ir::Value*, llvm::AllocaInst*> holders_;  // of what debuggers look into
  std::set<std::pair<const llvm::AllocaInst*, uint32_t>>
      described_;                  // variables by holder and name
  bool isBehindPrologue_ = false;  // a statement has begun
  std::unordered_map<const ir::Value*, llvm::Value*>
      arrays_;                     // pointers to those known to be arrays
  std::vector<bool> needsWord_;    // by Value::number: used by more than conditions
  llvm::Value* buffer_ = nullptr;  // call arguments passed by address
  size_t bufferWords_ = 0;
  const bool isLarge_;
  /// Blocks that run once: the module's top level, outside of loops, and the same of large functions. They call the runtime
  /// instead of inlining it.
  std::vector<bool> coldBlocks_;  // by Block::index
  bool hasLoops_ = false;
  bool catches_ = false;                      // some instruction has a handler
  bool cold_ = false;                         // the current block is one
  const ir::Instruction* current_ = nullptr;  // being emitted
  std::vector<llvm::CallInst*> deepCalls_;    // calls that may recur

  /// A shared cold exit: of the function (handler null), or of all instructions with the same handler block.
  struct Exit {
    const ir::Block* handler;
    llvm::BasicBlock* block;
    llvm::PHINode* site;
    std::vector<llvm::PHINode*> args;
  };
  /// Where more edges than these lead to an exit, the next ones get another: LLVM's time for a phi grows faster than its edges.
  static constexpr unsigned MostIntoExit = 100;
  std::deque<Exit> exits_;
  std::map<const ir::Block*, Exit*> openExits_;  // by handler: the last one
  bool exitsFinished_ = false;
  Exit& exit(const ir::Block* handler);
};

}  // namespace gene::native
