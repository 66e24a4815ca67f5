#include "codegen/ir/Serialize.h"

#include <bit>
#include <unordered_map>

#include "codegen/ir/SerializedForms.h"
#include "runtime/support/Bytes.h"

namespace gene::ir {
namespace {

class Serializer {
 public:
  Serializer(const Program& program, Location start)
      : program_(program),
        start_(start.offset),
        end_(start.offset + static_cast<uint32_t>(program.sources.text(start).size())) {}

  std::string run() {
    out_.number(program_.checksFunctionTypes ? 1 : 0);
    for (const Function* function : program_.functions) number(function);
    for (const Function* function : program_.imports) number(function);
    out_.number(program_.imports.size());
    for (const Function* function : program_.imports) {
      symbol(function->name);
      place(function->loc);
      symbol(function->from);
    }
    out_.number(program_.functions.size());
    for (const Function* function : program_.functions) header(*function);
    out_.number(program_.globals.size());
    for (const Global* global : program_.globals) this->global(*global);
    out_.number(program_.exports.size());
    for (const Program::Export& e : program_.exports) {
      symbol(e.name);
      out_.number(globals_.at(e.global));
    }
    out_.number(program_.shapes.size());
    for (const CallShape* shape : program_.shapes) this->shape(*shape);
    for (const Function* function : program_.functions) body(*function);
    ByteWriter whole;
    whole.text(texts_.bytes());
    whole.text(out_.bytes());
    return whole.bytes();
  }

 private:
  void number(const Function* function) {
    functions_.emplace(function, static_cast<uint32_t>(functions_.size()));
  }
  void symbol(Symbol symbol) { out_.number(texts_.number(symbol.text())); }
  void place(Location loc) {
    const bool isOwn = loc.offset >= start_ && loc.offset <= end_;
    const uint32_t place = isOwn ? loc.offset - start_ + 1 : 0;
    out_.integer(int64_t{place} - int64_t{last_});
    last_ = place;
  }
  void form(const Form* form) { forms_.write(form, out_); }

  void header(const Function& f) {
    symbol(f.name);
    place(f.loc);
    out_.number(f.params.size());
    for (const ParamSpec& param : f.params) {
      symbol(param.name);
      out_.number(static_cast<uint64_t>(param.kind) << 1 | (param.optional ? 1 : 0));
    }
    out_.number(f.captureCount);
    out_.number((f.isMacro ? 1u : 0u) | (f.isMethod ? 2u : 0u) | (f.isCtor ? 4u : 0u) |
                (f.isBlock ? 8u : 0u));
    GENE_CHECK(!f.isDirect && f.result == Rep::Boxed && f.assignedBefore.empty(),
               "no pass has seen the function");
    form(f.signature);
    metadata(f.form);
  }

  /// Of a definition: which one it is among those that were seen, and what is kept of it.
  void metadata(const GeneForm* form) {
    if (!form) return out_.number(0);
    const auto [known, isNew] = definitions_.try_emplace(form, definitions_.size());
    out_.number(known->second + 1);
    if (!isNew) return;
    std::vector<const Property*> kept;
    for (const Property& p : form->properties)
      if (p.key.text() == "intent" || p.key.text() == "examples" || p.key.text() == "async")
        kept.push_back(&p);
    out_.number(kept.size());
    for (const Property* p : kept) {
      symbol(p->key);
      this->form(p->value);
    }
  }

  void global(const Global& g) {
    globals_.emplace(&g, static_cast<uint32_t>(globals_.size()));
    symbol(g.name);
    place(g.loc);
    symbol(g.from);
    symbol(g.exported);
    out_.number((g.external ? 1u : 0u) | (g.builtin ? 2u : 0u) | (g.isOwn ? 4u : 0u) |
                (g.constant ? 8u : 0u));
    out_.number(g.function ? functions_.at(g.function) + 1 : 0);
  }

  void shape(const CallShape& shape) {
    shapes_.emplace(&shape, static_cast<uint32_t>(shapes_.size()));
    out_.number(shape.args.size());
    for (const CallShape::Arg& arg : shape.args) {
      out_.number(static_cast<uint64_t>(arg.kind));
      symbol(arg.keyword);
    }
  }

  void body(const Function& f) {
    values_.clear();
    blocks_.clear();
    out_.number(f.blocks.size());
    for (const Block* block : f.blocks) {
      blocks_.emplace(block, static_cast<uint32_t>(blocks_.size()));
      symbol(block->name);
      out_.number(block->params.size());
      for (const Param* param : block->params) {
        value(param);
        facts(*param, Type::any());
      }
      out_.number(block->instructions.size());
      for (const Instruction* inst : block->instructions) out_.number(uint64_t(inst->op));
    }
    for (const Block* block : f.blocks)
      for (const Instruction* inst : block->instructions) value(inst);
    for (const Block* block : f.blocks)
      for (const Instruction* inst : block->instructions) instruction(*inst);
  }

  void value(const Value* value) { values_.emplace(value, static_cast<uint32_t>(values_.size())); }

  void facts(const Value& value, Type usual) {
    GENE_CHECK(value.rep == Rep::Boxed, "no pass has chosen representations");
    out_.number((value.small ? 1u : 0u) | (value.type != usual ? 2u : 0u));
    if (value.type == usual) return;
    out_.number(value.type.bits());
    out_.number(value.type.firstClass());
    out_.number(value.type.lastClass());
  }

  void operand(const Value* value) {
    if (value->kind != ValueKind::Constant) return out_.number(uint64_t{values_.at(value)} << 1);
    const auto [known, isNew] =
        constants_.try_emplace(value, static_cast<uint32_t>(constants_.size()));
    out_.number(uint64_t{known->second} << 1 | 1);
    if (isNew) constant(*static_cast<const Constant*>(value));
  }

  void constant(const Constant& c) {
    out_.number(static_cast<uint64_t>(c.constantKind));
    switch (c.constantKind) {
      case ConstantKind::Int:
      case ConstantKind::Char: return out_.integer(c.integer);
      case ConstantKind::Float: return out_.word(std::bit_cast<uint64_t>(c.number64));
      case ConstantKind::Symbol: return symbol(c.symbol);
      case ConstantKind::String: return out_.number(texts_.number(c.text));
      case ConstantKind::Form: return form(c.form);
      default: return;
    }
  }

  void edge(const Edge& e) {
    out_.number(blocks_.at(e.target));
    out_.number(e.args.size());
    for (const Value* arg : e.args) operand(arg);
  }

  void immediate(ImmKind kind, const Immediate& imm) {
    switch (kind) {
      case ImmKind::Int: return out_.integer(imm.integer);
      case ImmKind::Symbol: return symbol(imm.symbol);
      case ImmKind::Function: return out_.number(functions_.at(imm.function));
      case ImmKind::Global: return out_.number(globals_.at(imm.global));
      case ImmKind::Shape: return out_.number(shapes_.at(imm.shape));
      case ImmKind::Form: return form(imm.form);
      case ImmKind::Cache: break;
    }
    GENE_UNREACHABLE("caches are not written");
  }

  void instruction(const Instruction& inst) {
    GENE_CHECK(!inst.inlined, "no pass has copied code");
    const InstInfo& row = inst.info();
    out_.number((inst.tail ? 1u : 0u) | (inst.nowrap ? 2u : 0u) | (inst.nonnegative ? 4u : 0u) |
                (inst.handler ? 8u : 0u));
    facts(inst, row.result);
    place(inst.loc);
    out_.number(inst.immediates.size());
    for (size_t i = 0; i < inst.immediates.size(); i++)
      immediate(row.immediates[i], inst.immediates[i]);
    out_.number(inst.operands.size());
    for (const Value* value : inst.operands) operand(value);
    out_.number(inst.successors.size());
    for (const Edge& e : inst.successors) edge(e);
    if (inst.handler) edge(*inst.handler);
  }

  const Program& program_;
  const uint32_t start_, end_;
  uint32_t last_ = 0;  // place that was written
  ByteWriter out_;
  TextWriter texts_;
  FormWriter forms_{texts_};
  std::unordered_map<const Function*, uint32_t> functions_;  // those of the program, then imports
  std::unordered_map<const Global*, uint32_t> globals_;
  std::unordered_map<const CallShape*, uint32_t> shapes_;
  std::unordered_map<const Value*, uint32_t> constants_, values_;
  std::unordered_map<const Block*, uint32_t> blocks_;
  std::unordered_map<const GeneForm*, size_t> definitions_;
};

}  // namespace

std::string serialize(const Program& program, Location start) {
  return Serializer(program, start).run();
}

}  // namespace gene::ir
