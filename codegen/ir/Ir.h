#pragma once
// The intermediate representation: SSA over basic blocks with block parameters instead of phis. A Program owns its
// functions, constants and globals; everything lives in its Arena and is never freed one by one.
//
//   Function  entry block's parameters = the function's slots (self, positional, rest, keywords, in the order of
//             `params`); further blocks
//   Block     parameters, instructions; the last instruction is the terminator
//   try       a raising instruction inside `try` has a `handler` edge and is directly followed by `jump`, the block's
//             terminator. The handler block's first parameter is the exception and is NOT among the edge's args:
//             edge.args[i] belongs to parameter i + 1. The instruction's own result is not visible on that edge.
//   tail      a call marked `tail` is directly followed by the return of its result and has no handler

#include <cstdint>
#include <string_view>
#include <vector>

#include "codegen/ir/Declarations.h"
#include "codegen/ir/Types.h"
#include "frontend/syntax/Form.h"
#include "frontend/syntax/Source.h"
#include "runtime/abi/Instructions.h"
#include "runtime/support/Arena.h"
#include "runtime/support/Check.h"
#include "runtime/support/LanguageOptions.h"
#include "runtime/support/Span.h"
#include "runtime/support/Symbol.h"

namespace gene::ir {

/// A row of Instructions.def with the type of its result.
struct InstInfo : Row {
  Type result;
};
const InstInfo& info(Op op);

template <Op One, Op... More>
class View;

enum class ValueKind : uint8_t { Constant, Param, Instruction };

class Value {
 public:
  const ValueKind kind;
  Rep rep = Rep::Boxed;
  Type type;
  bool small = false;   // an int that is known to need no box (47 bits and a sign)
  uint32_t number = 0;  // for passes and back ends: scratch, meaningless between them

 protected:
  explicit Value(ValueKind kind) : kind(kind) {}
};

enum class ConstantKind : uint8_t {
  Nil,
  Void,
  True,
  False,
  NotFound,
  Placeholder,
  Absent,  // "no argument was given here": never visible to programs
  Int,
  Float,
  Char,
  Symbol,
  String,  // an immutable string literal
  Form,    // another immutable literal: regex, date, bytes
};

/// Unique in its Program: equal constants are the same object.
class Constant : public Value {
 public:
  const ConstantKind constantKind;
  int64_t integer = 0;    // Int, Char
  double number64 = 0;    // Float
  Symbol symbol;          // Symbol
  std::string_view text;  // String
  const Form* form = nullptr;
  explicit Constant(ConstantKind k) : Value(ValueKind::Constant), constantKind(k) {}
};

/// A parameter of a block; of the entry block: a slot of the function.
class Param : public Value {
 public:
  Block* block;
  uint32_t index;
  Param(Block* block, uint32_t index) : Value(ValueKind::Param), block(block), index(index) {}
};

/// Control flow to a block, with a value for each of its parameters (but the exception of a handler).
struct Edge {
  Block* target = nullptr;
  ArenaVector<Value*> args;
};

/// A module variable, or a name that is resolved when the program is loaded.
struct Global {
  Symbol name;
  uint32_t index = 0;  // in Program::globals
  /// Not defined by this program's modules: the loader puts the built-in of that name there, if there is one.
  bool external = false;
  /// External, and nothing assigns to it: it holds the built-in of that name.
  bool builtin = false;
  /// External, but of its module alone: an assignment in there makes it.
  bool isOwn = false;
  /// Never assigned after its definition; then `function` is the function it is known to hold, if any.
  bool constant = false;
  Function* function = nullptr;
  /// The annotation of this function's result, known before its body is; null without one.
  const Form* resultType = nullptr;
  Location loc;
  /// A declaration: what the module of this name exports as `exported`. Link.h replaces it. Empty: it is defined here.
  Symbol from, exported;
};

/// What the arguments of a "shaped" call are, one entry per argument operand, in evaluation order.
struct CallShape {
  struct Arg {
    ArgKind kind;
    Symbol keyword;  // Keyword only
    friend bool operator==(const Arg&, const Arg&) = default;
  };
  std::vector<Arg> args;
  uint32_t index = 0;  // in Program::shapes
};

/// Whose code an instruction is that was copied from another function: what a stack trace shows although there is no
/// frame any more.
struct Inlined {
  const Function* function;  // where it was written
  Location call;             // the call that the copy replaced
  const Inlined* caller;     // whose code that call was; null: its function's own
  bool byTailCall;           // the call was a tail call: there is no frame of its caller
  bool
      wasTail;  // of a call: a tail call in `function`, and not here. Code it calls replaces this frame
};

class Instruction : public Value {
 public:
  Op op;
  bool tail = false;
  /// Of arithmetic on ints, found by `ranges`: it stays within 64 bits and does not raise; its operands are not negative.
  /// True where the instruction stands: an instruction that is moved to where less is known loses them.
  bool nowrap = false, nonnegative = false;
  Location loc;
  const Inlined* inlined = nullptr;  // null: its function's own code
  Block* block = nullptr;
  Span<Value*> operands;
  Span<Immediate> immediates;  // without Cache
  Span<Edge> successors;       // terminators
  Edge* handler = nullptr;     // inside `try`
  Instruction(Op op, Location loc) : Value(ValueKind::Instruction), op(op), loc(loc) {
    type = ir::info(op).result;
  }
  [[nodiscard]] const InstInfo& info() const { return ir::info(op); }
  [[nodiscard]] bool isTerminator() const { return info().terminator; }
  template <Op... ops>
  [[nodiscard]] bool is() const {
    return ((op == ops) || ...);
  }
  /// Its operands and immediates by name (Views.h); it must be one of `ops`.
  template <Op... ops>
  [[nodiscard]] View<ops...> as() const;
  /// The same, or a null view if it is another instruction.
  template <Op... ops>
  [[nodiscard]] View<ops...> tryAs() const;
};

class Block {
 public:
  Symbol name;  // "loop", "else": made unique by the printer
  Function* function;
  uint32_t index = 0;  // in Function::blocks
  ArenaVector<Param*> params;
  ArenaVector<Instruction*> instructions;
  explicit Block(Function* function, Symbol name) : name(name), function(function) {}

  /// The last instruction; the block must be finished.
  [[nodiscard]] Instruction* terminator() const { return instructions.back(); }
  /// The instruction with the handler edge, or null.
  [[nodiscard]] Instruction* raising() const {
    const size_t n = instructions.size();
    return n >= 2 && instructions[n - 2]->handler ? instructions[n - 2] : nullptr;
  }
  /// Calls f(Edge&, isHandler) for every edge out of this block.
  template <class F>
  void forEachEdge(F&& f) const {
    if (Instruction* i = raising()) f(*i->handler, true);
    for (Edge& e : terminator()->successors) f(e, false);
  }
};

class Function {
 public:
  Program* program;
  Symbol name;  // empty for a lambda
  Location loc;
  uint32_t index = 0;             // in Program::functions
  std::vector<ParamSpec> params;  // one per slot
  uint32_t captureCount = 0;
  bool isMacro = false, isMethod = false, isCtor = false, isBlock = false;
  /// Only `call.known` calls it: slots and result are passed as their representations say (docs/ir.md).
  bool isDirect = false;
  Rep result = Rep::Boxed;  // of a direct function
  /// Of a program that is entered: its number there (Program::isEntered).
  static constexpr uint32_t NotEntered = UINT32_MAX;
  uint32_t enteredAs = NotEntered;
  /// Of such a program: what a loop that runs in the VM goes on as (Program::EnteredLoop).
  bool isContinuation = false;
  /// Module variables that were assigned before it is called.
  std::vector<const Global*> assignedBefore;
  /// Does a VM call it, with anything?
  [[nodiscard]] bool isCalledByVm() const { return enteredAs != NotEntered || isContinuation; }
  const Form* signature =
      nullptr;  // [[type …] result] for (Fn …) checks: nil where nothing is said; null without
  const GeneForm* form = nullptr;  // the source, for ^intent, ^examples and contracts; may be null
  Symbol from;                     // a declaration: the body of the module of this name. See Global
  std::vector<Block*> blocks;      // [0] is the entry

  Function(Program* program, Symbol name) : program(program), name(name) {}
  [[nodiscard]] Block* entry() const { return blocks.front(); }
  /// Only plain positional slots (and self): callable by slot count without binding.
  [[nodiscard]] bool isSimple() const {
    for (const ParamSpec& p : params)
      if (p.optional || (p.kind != SlotKind::Positional && p.kind != SlotKind::Self)) return false;
    return true;
  }
  /// Makes a block and appends it to `blocks`.
  Block* addBlock(Symbol name);
  /// Renumbers Block::index after blocks were removed or reordered.
  void renumberBlocks();
};

/// One build: a main module and all it imports. Before they are linked (Link.h), each module has a Program of its own.
class Program {
 public:
  explicit Program(const SourceManager& sources);
  ~Program();
  Program(const Program&) = delete;

  const SourceManager& sources;
  Arena arena;
  std::string_view mainFile;         // as given on the command line
  bool debug = false;                // each statement begins with a debug.point
  LanguageOptions language;          // what it was compiled with
  int level = 0;                     // -O
  Phase phase = Phase::Source;       // what may stand in it: Verifier.h
  std::vector<Function*> functions;  // [0] is the main module's __init__: no slots
  std::vector<Global*> globals;
  std::vector<CallShape*> shapes;
  /// Functions keep their signatures: an annotation is a (Fn …) type, or the program names genex, whose tools of language models
  /// are described by them.
  bool checksFunctionTypes = false;
  /// A VM that runs this program as it was when becomeEntered() was called may call, at any time and with anything, each function
  /// that there was then; it goes on to make the instances and closures that are not made here any more. So passes keep
  /// these functions and what they capture, and take nothing from an instance or a closure not being made here.
  bool isEntered = false;
  /// Where a frame of the VM that is in a loop can go on natively: at a place of the function's bytecode, with what the registers
  /// hold as arguments; what is returned is the result of the frame.
  struct EnteredLoop {
    uint32_t function;  // its number in the VM
    uint32_t offset;    // of the instruction, in words
    uint16_t opcode;    // of the instruction
    std::vector<uint16_t> registers;
    Function* code;
  };
  std::vector<EnteredLoop> enteredLoops;
  uint32_t sharedGlobals = 0;         // of a program that is entered: the VM has the first ones
  std::vector<Type> leastFieldTypes;  // … by KnownClass::fields: what may be stored in fields there
  enum class Answer : uint8_t { Unasked, No, Yes };
  /// Something of the program has the name of a built-in type, or may get it; found when it is asked for (Annotations.h).
  Answer redefinesTypes = Answer::Unasked;

  // Until the modules are linked.
  struct Export {
    Symbol name;
    Global* global;
  };
  std::vector<Program*> modules;   // of the main one: each behind those it imports
  std::vector<Function*> imports;  // declarations of bodies of other modules
  std::vector<Export> exports;     // what others may take
  /// A program of the same build for a module, which lives as long as this one. It is not yet among `modules`.
  Program& newModule();
  /// The declaration of what `module` exports under a name; always the same one.
  Global* importGlobal(Symbol module, Symbol exported);
  /// The declaration of the body of a module, its first function.
  Function* importBody(Symbol module, Symbol name, Location loc);
  /// Others may take `global` under this name.
  void addExport(Symbol name, Global* global);
  [[nodiscard]] Global* exported(Symbol name) const;  // null: nothing of this name

  Function* addFunction(Symbol name, Location loc);
  /// A function that is no part of the program, only its code is of use: a body to copy from.
  Function* detachedFunction(Symbol name, Location loc);
  /// Gives the functions that there are the numbers by which a VM comes into them.
  void becomeEntered();
  /// All that is said of `from` but its blocks; no part of the program until it is added.
  Function* detachedCopy(const Function& from);
  /// Makes a detached function part of the program.
  void add(Function* function);
  Global* addGlobal(Symbol name, Location loc);
  /// The global that stands for a name the program doesn't define.
  Global* externalGlobal(Symbol name);
  CallShape* shape(Span<const CallShape::Arg> args);  // unique

  Constant* constant(ConstantKind kind);  // Nil … Absent
  Constant* integer(int64_t value);
  Constant* floating(double value);
  Constant* character(char32_t value);
  Constant* symbol(Symbol value);
  Constant* string(std::string_view text);
  Constant* literal(const Form* form);  // a constant for any literal form: Int, String, Regex …
  /// Was the constant made by this program?
  [[nodiscard]] bool owns(const Constant* constant) const;

 private:
  struct Store;
  Store* const store_;
};

}  // namespace gene::ir

#include "codegen/ir/Views.h"
