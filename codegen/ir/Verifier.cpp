#include "codegen/ir/Verifier.h"

#include <unordered_map>
#include <unordered_set>

#include "codegen/ir/Dominance.h"
#include "codegen/ir/Phases.h"

namespace gene::ir {
namespace {

class Verifier {
 public:
  explicit Verifier(const Function& function) : function_(function) {}

  std::vector<std::string> run() {
    if (function_.blocks.empty()) {
      problem("has no blocks");
      return std::move(problems_);
    }
    for (uint32_t i = 0; i < function_.blocks.size(); i++) {
      const Block& b = *function_.blocks[i];
      if (b.index != i) problem("block " + text(b) + " has a wrong index");
      if (b.function != &function_) problem("block " + text(b) + " belongs to another function");
      structure(b);
    }
    phases();
    if (!function_.isDirect) {
      for (const Param* p : function_.entry()->params)
        if (p->rep != Rep::Boxed) problem("takes an unboxed slot but is not direct");
      if (function_.result != Rep::Boxed) problem("returns unboxed but is not direct");
    }
    if (function_.entry()->params.size() != function_.params.size())
      problem("the entry block has " + std::to_string(function_.entry()->params.size()) +
              " parameters, the function " + std::to_string(function_.params.size()) + " slots");
    if (!problems_.empty()) return std::move(problems_);
    for (const Block* b : function_.blocks) {
      uint32_t position = 0;
      for (const Instruction* i : b->instructions) positions_[i] = position++;
    }
    operandsOfTheirOwn();
    const Dominance dominance(function_);
    for (const Block* b : function_.blocks) {
      if (!dominance.reachable(b)) {
        problem("block " + text(*b) + " cannot be reached");
        continue;
      }
      uses(*b, dominance);
    }
    return std::move(problems_);
  }

 private:
  void problem(const std::string& sentence) {
    const std::string name = function_.name.empty() ? "lambda" : std::string(function_.name.text());
    problems_.push_back("function " + name + ": " + sentence);
  }
  static std::string text(const Block& b) { return std::string(b.name.text()); }
  static std::string text(const Instruction& i) {
    return "'" + std::string(i.info().mnemonic) + "' in block " +
           std::string(i.block ? i.block->name.text() : "?");
  }

  /// Who replaces an operand means one instruction.
  void operandsOfTheirOwn() {
    std::unordered_set<const Value* const*> arrays;
    for (const Block* b : function_.blocks)
      for (const Instruction* i : b->instructions)
        if (!i->operands.empty() && !arrays.insert(i->operands.data()).second)
          problem(text(*i) + " shares its operands with another instruction");
  }

  /// Nothing that only the code of later phases has.
  void phases() {
    const Phase phase = function_.program->phase;
    const auto check = [&](Phase of, const std::string& what) {
      if (of > phase)
        problem(what + " is of the phase " + std::string(nameOf(of)) + ", the program of " +
                std::string(nameOf(phase)));
    };
    if (function_.isDirect) check(Phase::Typed, "a direct function");
    for (const Block* b : function_.blocks) {
      for (const Param* p : b->params) check(phaseOf(*p), "a parameter of block " + text(*b));
      for (const Instruction* i : b->instructions) check(phaseOf(*i), text(*i));
    }
  }

  void structure(const Block& b) {
    if (b.instructions.empty() || !b.instructions.back()->isTerminator()) {
      problem("block " + text(b) + " does not end in a terminator");
      return;
    }
    for (uint32_t k = 0; k < b.instructions.size(); k++) {
      const Instruction& i = *b.instructions[k];
      const bool isLast = k + 1 == b.instructions.size();
      if (i.block != &b) problem(text(i) + " belongs to another block");
      if (i.isTerminator() && !isLast) problem(text(i) + " stands before the end of its block");
      shape(i);
      if (i.handler) handler(b, i, k);
      if (i.tail) tail(b, i, k);
      const InstInfo& row = i.info();
      if (row.hasResult && i.type.isNone()) problem(text(i) + " has a result without a type");
      if (!fits(i)) problem(text(i) + " has a representation that its type does not allow");
      marks(i);
      if (i.op == Op::Convert && i.operands.size() == 1 &&
          (i.rep == Rep::Boxed) == (i.operands[0]->rep == Rep::Boxed) &&
          i.operands[0]->kind != ValueKind::Constant)
        problem(text(i) + " does not box or unbox");
      if (function_.isDirect && i.op == Op::Callee)
        problem(text(i) + " asks for the closure of a direct function");
    }
    for (uint32_t k = 0; k < b.params.size(); k++) {
      const Param& p = *b.params[k];
      if (p.block != &b || p.index != k) problem("block " + text(b) + " has a misplaced parameter");
      if (!fits(p))
        problem("a parameter of block " + text(b) +
                " has a representation that its type does not allow");
    }
    b.forEachEdge([&](const Edge& e, bool isHandler) { edge(b, e, isHandler); });
  }

  /// What `ranges` marks is arithmetic on ints.
  void marks(const Instruction& i) {
    if (!i.nowrap && !i.nonnegative) return;
    const bool isArithmetic = i.info().group == Group::Arithmetic || i.info().group == Group::Bits;
    if (!isArithmetic || !i.info().computesInts())
      problem(text(i) + " is marked but is no arithmetic on ints");
  }

  /// Only a value whose kind is known can be held unboxed.
  static bool fits(const Value& value) {
    switch (value.rep) {
      case Rep::Boxed: return true;
      case Rep::I64: return value.type.within(Type::Int());
      case Rep::F64: return value.type.within(Type::Float());
      case Rep::I1: return value.type.within(Type::Bool());
    }
    GENE_UNREACHABLE("representation");
  }

  void shape(const Instruction& i) {
    const InstInfo& row = i.info();
    if (row.variadic ? i.operands.size() < row.fixedOperands
                     : i.operands.size() != row.fixedOperands)
      problem(text(i) + " has " + std::to_string(i.operands.size()) + " operands");
    size_t immediates = row.immediateCount;
    if (immediates && row.immediates[immediates - 1] == ImmKind::Cache) immediates--;
    if (i.immediates.size() != immediates) {
      problem(text(i) + " has " + std::to_string(i.immediates.size()) + " immediates");
      return;
    }
    for (size_t k = 0; k < immediates; k++) {
      const Immediate& imm = i.immediates[k];
      const bool present = row.immediates[k] == ImmKind::Function ? imm.function != nullptr
                           : row.immediates[k] == ImmKind::Global ? imm.global != nullptr
                           : row.immediates[k] == ImmKind::Shape  ? imm.shape != nullptr
                           : row.immediates[k] == ImmKind::Form   ? imm.form != nullptr
                                                                  : true;
      if (!present) problem(text(i) + " lacks an immediate");
    }
    size_t successors = 0;
    if (i.op == Op::Jump) successors = 1;
    if (i.op == Op::Branch) successors = 2;
    if (i.op == Op::Switch ? i.successors.empty() : i.successors.size() != successors)
      problem(text(i) + " has " + std::to_string(i.successors.size()) + " successors");
    if (const auto call = i.tryAs<Op::CallKnown>();
        call && call.function() && i.operands.size() != call.function()->params.size() + 1)
      problem(text(i) + " gives " + std::to_string(i.operands.size() - 1) +
              " slots to a function with " + std::to_string(call.function()->params.size()));
    if (const auto closure = i.tryAs<Op::Closure>(); closure && closure.function()) {
      const Function& made = *closure.function();
      if (i.operands.size() != made.captureCount)
        problem(text(i) + " captures " + std::to_string(i.operands.size()) +
                " values for a function with " + std::to_string(made.captureCount));
      if (made.isDirect) problem(text(i) + " makes a closure of a direct function");
    }
  }

  void handler(const Block& b, const Instruction& i, uint32_t k) {
    if (!i.info().mayRaise) problem(text(i) + " cannot raise but has a handler");
    if (k + 2 != b.instructions.size() || b.terminator()->op != Op::Jump)
      problem(text(i) + " has a handler but is not followed by the jump that ends its block");
  }

  void tail(const Block& b, const Instruction& i, uint32_t k) {
    if (!i.info().runsCode) problem(text(i) + " is marked tail but is no call");
    if (i.handler) problem(text(i) + " is marked tail but has a handler");
    const bool returned = k + 2 == b.instructions.size() && b.terminator()->op == Op::Return &&
                          !b.terminator()->operands.empty() && b.terminator()->operands[0] == &i;
    if (!returned) problem(text(i) + " is marked tail but its result is not returned at once");
  }

  void edge(const Block& from, const Edge& e, bool isHandler) {
    if (!e.target || e.target->index >= function_.blocks.size() ||
        function_.blocks[e.target->index] != e.target) {
      problem("an edge from block " + text(from) + " leads out of the function");
      return;
    }
    if (e.target == function_.entry()) problem("block " + text(from) + " goes to the entry block");
    if (isHandler && (e.target->params.empty() || e.target->params[0]->rep != Rep::Boxed)) {
      problem("the handler " + text(*e.target) + " has no boxed parameter for the exception");
      return;
    }
    const size_t wanted = e.target->params.size();
    const size_t given = e.args.size() + (isHandler ? 1 : 0);
    if (wanted != given)
      problem("the edge from block " + text(from) + " to " + text(*e.target) + " gives " +
              std::to_string(given) + " values for " + std::to_string(wanted) + " parameters");
    for (size_t k = 0; k < e.args.size() && wanted == given; k++)
      if (!isHandler && e.args[k]->rep != e.target->params[k]->rep &&
          e.args[k]->kind != ValueKind::Constant)
        problem("the edge from block " + text(from) + " to " + text(*e.target) +
                " mixes representations");
  }

  /// Is `value` available before position `at` of block `b`?
  bool available(const Value* value, const Block& b, uint32_t at, const Dominance& dominance) {
    switch (value->kind) {
      case ValueKind::Constant: return function_.program->owns(static_cast<const Constant*>(value));
      case ValueKind::Param: {
        const auto* p = static_cast<const Param*>(value);
        return p->block->function == &function_ && p->block->index < function_.blocks.size() &&
               function_.blocks[p->block->index] == p->block &&
               p->index < p->block->params.size() && p->block->params[p->index] == p &&
               dominance.dominates(p->block, &b);
      }
      case ValueKind::Instruction: {
        const auto* i = static_cast<const Instruction*>(value);
        auto it = positions_.find(i);
        if (it == positions_.end() || !i->info().hasResult) return false;
        return i->block == &b ? it->second < at : dominance.reaches(i, &b);
      }
    }
    GENE_UNREACHABLE("value kind");
  }

  void uses(const Block& b, const Dominance& dominance) {
    for (uint32_t k = 0; k < b.instructions.size(); k++) {
      const Instruction& i = *b.instructions[k];
      for (const Value* operand : i.operands)
        if (!available(operand, b, k, dominance))
          problem(text(i) + " uses a value that is not available there");
      if (i.handler)
        for (const Value* arg : i.handler->args)
          if (!available(arg, b, k, dominance))
            problem(text(i) + " gives its handler a value that is not available");
    }
    for (const Edge& e : b.terminator()->successors)
      for (const Value* arg : e.args)
        if (!available(arg, b, b.instructions.size(), dominance))
          problem("an edge from block " + text(b) + " gives a value that is not available");
  }

  const Function& function_;
  std::vector<std::string> problems_;
  std::unordered_map<const Instruction*, uint32_t> positions_;
};

}  // namespace

std::vector<std::string> verify(const Function& function) { return Verifier(function).run(); }

std::vector<std::string> verify(const Program& program) {
  std::vector<std::string> all;
  for (const Function* f : program.functions)
    for (std::string& p : verify(*f)) all.push_back(std::move(p));
  for (const Program* module : program.modules)
    for (std::string& p : verify(*module)) all.push_back(std::move(p));
  return all;
}

}  // namespace gene::ir
