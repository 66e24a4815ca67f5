// The reading half of Serialize.h.

#include <bit>

#include "codegen/ir/Serialize.h"
#include "codegen/ir/SerializedForms.h"
#include "runtime/support/Bytes.h"

namespace gene::ir {
namespace {

class Deserializer {
 public:
  Deserializer(std::string_view texts, std::string_view code, Program& program, Location start,
               const std::function<Symbol(Symbol)>& rename)
      : program_(program),
        start_(start.offset),
        size_(program.sources.text(start).size()),
        texts_(texts, program.arena, rename),
        in_(code) {}

  bool run() {
    const bool checks = in_.number() != 0;
    std::vector<Function*> imports(in_.count());
    for (Function*& function : imports) {
      const Symbol name = texts_.symbol(in_);
      const Location loc = place();
      function = program_.importBody(texts_.symbol(in_), name, loc);
    }
    for (size_t count = in_.count(); count > 0 && !in_.isDamaged(); count--) header();
    functions_ = program_.functions;
    functions_.insert(functions_.end(), imports.begin(), imports.end());
    for (size_t count = in_.count(); count > 0 && !in_.isDamaged(); count--) global();
    for (size_t count = in_.count(); count > 0 && !in_.isDamaged(); count--) {
      const Symbol name = texts_.symbol(in_);
      if (Global* const global = one(program_.globals)) program_.addExport(name, global);
    }
    for (size_t count = in_.count(); count > 0 && !in_.isDamaged(); count--) shape();
    for (size_t i = 0; i < program_.functions.size() && !in_.isDamaged(); i++)
      body(*program_.functions[i]);
    program_.checksFunctionTypes = checks;
    return !in_.isDamaged() && in_.isAtEnd() && !program_.functions.empty();
  }

 private:
  Location place() {
    last_ = static_cast<uint64_t>(static_cast<int64_t>(last_) + in_.integer());
    if (last_ > size_ + 1) in_.fail();
    if (last_ == 0 || in_.isDamaged()) return {};
    return {start_ + static_cast<uint32_t>(last_) - 1};
  }
  template <class T>
  T* one(const std::vector<T*>& all) {
    const size_t number = in_.below(all.size());
    return number < all.size() ? all[number] : nullptr;
  }

  void header() {
    const Symbol name = texts_.symbol(in_);
    Function& f = *program_.addFunction(name, place());
    f.params.resize(in_.count());
    for (ParamSpec& param : f.params) {
      param.name = texts_.symbol(in_);
      const uint64_t kind = in_.below((static_cast<size_t>(SlotKind::KeywordRest) + 1) << 1);
      param.kind = static_cast<SlotKind>(kind >> 1);
      param.optional = kind & 1;
    }
    f.captureCount = static_cast<uint32_t>(in_.number());
    const uint64_t flags = in_.number();
    f.isMacro = flags & 1;
    f.isMethod = flags & 2;
    f.isCtor = flags & 4;
    f.isBlock = flags & 8;
    f.signature = forms_.read(in_);
    f.form = metadata();
  }

  const GeneForm* metadata() {
    const size_t number = in_.below(definitions_.size() + 2);
    if (number == 0) return nullptr;
    if (number <= definitions_.size()) return definitions_[number - 1];
    std::vector<Property> kept(in_.count());
    for (Property& p : kept) {
      p.key = texts_.symbol(in_);
      p.value = forms_.read(in_);
      if (!p.value) in_.fail();
    }
    Arena& arena = program_.arena;
    const auto* form = arena.make<GeneForm>(Location{}, arena.make<Form>(FormKind::Nil, Location{}),
                                            arena.copy(Span<Property>(kept)), Span<Form*>{});
    definitions_.push_back(form);
    return form;
  }

  void global() {
    const Symbol name = texts_.symbol(in_);
    const Location loc = place();
    const Symbol from = texts_.symbol(in_), exported = texts_.symbol(in_);
    const uint64_t flags = in_.number();
    Global* g;
    if (!from.empty())
      g = program_.importGlobal(from, exported);
    else if ((flags & 1) && !(flags & 4))
      g = program_.externalGlobal(name);
    else
      g = program_.addGlobal(name, loc);
    g->name = name;
    g->loc = loc;
    g->external = flags & 1;
    g->builtin = flags & 2;
    g->isOwn = flags & 4;
    g->constant = flags & 8;
    const size_t function = in_.below(functions_.size() + 1);
    g->function =
        function > 0 && function <= functions_.size() ? functions_[function - 1] : nullptr;
  }

  void shape() {
    std::vector<CallShape::Arg> args(in_.count());
    for (CallShape::Arg& arg : args) {
      arg.kind = static_cast<ArgKind>(in_.below(static_cast<size_t>(ArgKind::KeywordSpread) + 1));
      arg.keyword = texts_.symbol(in_);
    }
    shapes_.push_back(program_.shape(args));
  }

  void body(Function& f) {
    values_.clear();
    std::vector<Instruction*> instructions;
    for (size_t count = in_.count(); count > 0 && !in_.isDamaged(); count--) {
      Block& block = *f.addBlock(texts_.symbol(in_));
      for (size_t params = in_.count(); params > 0 && !in_.isDamaged(); params--) {
        auto* const param = program_.arena.make<Param>(&block, block.params.size());
        param->type = Type::any();
        facts(*param);
        block.params.push_back(program_.arena, param);
        values_.push_back(param);
      }
      for (size_t ops = in_.count(); ops > 0 && !in_.isDamaged(); ops--) {
        auto* const inst =
            program_.arena.make<Instruction>(static_cast<Op>(in_.below(OpCount)), Location{});
        inst->block = &block;
        block.instructions.push_back(program_.arena, inst);
        instructions.push_back(inst);
      }
      if (block.instructions.empty()) in_.fail();
    }
    if (f.blocks.empty()) in_.fail();
    values_.insert(values_.end(), instructions.begin(), instructions.end());
    for (Instruction* inst : instructions) {
      if (in_.isDamaged()) return;
      instruction(*inst, f);
    }
  }

  void facts(Value& value) {
    const uint64_t flags = in_.number();
    value.small = flags & 1;
    if (!(flags & 2)) return;
    const auto bits = static_cast<uint32_t>(in_.number());
    const auto first = static_cast<uint16_t>(in_.number());
    const auto last = static_cast<uint16_t>(in_.number());
    const uint32_t instances = Type::Instance().bits();
    value.type = Type(bits & Type::any().bits() & ~instances);
    if (bits & instances) value.type = value.type | Type::instanceOf(first, last);
  }

  Value* operand() {
    const uint64_t number = in_.number();
    const uint64_t index = number >> 1;
    if (number & 1) {
      if (index == constants_.size()) constants_.push_back(constant());
      if (index < constants_.size()) return constants_[index];
    } else if (index < values_.size()) {
      return values_[index];
    }
    in_.fail();
    return program_.constant(ConstantKind::Nil);
  }

  Constant* constant() {
    const auto kind =
        static_cast<ConstantKind>(in_.below(static_cast<size_t>(ConstantKind::Form) + 1));
    switch (kind) {
      case ConstantKind::Int: return program_.integer(in_.integer());
      case ConstantKind::Char: return program_.character(static_cast<char32_t>(in_.integer()));
      case ConstantKind::Float: return program_.floating(std::bit_cast<double>(in_.word()));
      case ConstantKind::Symbol: return program_.symbol(texts_.symbol(in_));
      case ConstantKind::String: return program_.string(texts_.text(in_));
      case ConstantKind::Form: {
        const Form* const form = forms_.read(in_);
        if (form) return program_.literal(form);
        in_.fail();
        return program_.constant(ConstantKind::Nil);
      }
      default: return program_.constant(kind);
    }
  }

  void edge(Edge& e, const Function& f) {
    e.target = one(f.blocks);
    for (size_t count = in_.count(); count > 0; count--)
      e.args.push_back(program_.arena, operand());
  }

  Immediate immediate(ImmKind kind) {
    Immediate imm;
    switch (kind) {
      case ImmKind::Int: imm.integer = in_.integer(); break;
      case ImmKind::Symbol: imm.symbol = texts_.symbol(in_); break;
      case ImmKind::Function: imm.function = one(functions_); break;
      case ImmKind::Global: imm.global = one(program_.globals); break;
      case ImmKind::Shape: imm.shape = one(shapes_); break;
      case ImmKind::Form: imm.form = forms_.read(in_); break;
      case ImmKind::Cache: in_.fail(); break;
    }
    return imm;
  }

  void instruction(Instruction& inst, const Function& f) {
    const uint64_t flags = in_.number();
    inst.tail = flags & 1;
    inst.nowrap = flags & 2;
    inst.nonnegative = flags & 4;
    facts(inst);
    inst.loc = place();
    const size_t immediateCount = in_.below(Row::MostImmediates + 1);
    std::vector<Immediate> immediates;
    for (size_t i = 0; i < immediateCount; i++)
      immediates.push_back(immediate(inst.info().immediates[i]));
    inst.immediates = program_.arena.copy(Span<Immediate>(immediates));
    std::vector<Value*> operands(in_.count());
    for (Value*& value : operands) value = operand();
    inst.operands = program_.arena.copy(Span<Value*>(operands));
    std::vector<Edge> successors(in_.count());
    for (Edge& e : successors) edge(e, f);
    inst.successors = program_.arena.copy(Span<Edge>(successors));
    if (!(flags & 8)) return;
    inst.handler = program_.arena.make<Edge>();
    edge(*inst.handler, f);
  }

  Program& program_;
  const uint32_t start_;
  const size_t size_;
  uint64_t last_ = 0;
  TextReader texts_;
  ByteReader in_;
  FormReader forms_{texts_, program_.arena};
  std::vector<Function*> functions_;
  std::vector<CallShape*> shapes_;
  std::vector<Constant*> constants_;
  std::vector<Value*> values_;
  std::vector<const GeneForm*> definitions_;
};

}  // namespace

bool deserialize(std::string_view bytes, Program& program, Location start,
                 const std::function<Symbol(Symbol)>& rename) {
  ByteReader whole(bytes);
  const std::string_view texts = whole.text(), code = whole.text();
  if (whole.isDamaged() || !whole.isAtEnd()) return false;
  return Deserializer(texts, code, program, start, rename).run();
}

}  // namespace gene::ir
