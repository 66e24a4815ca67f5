#include "codegen/ir/Printer.h"

#include <charconv>
#include <unordered_map>

#include "codegen/ir/Labels.h"
#include "frontend/syntax/Form.h"

namespace gene::ir {
namespace {

std::string symbolText(std::string_view text) {
  return printForm(SymbolForm(Location{}, Symbol::of(text)));
}

std::string quoted(std::string_view text) {
  return printForm(StringForm(FormKind::String, {}, text));
}

const char* repText(Rep rep) {
  switch (rep) {
    case Rep::Boxed: return "boxed";
    case Rep::I64: return "i64";
    case Rep::F64: return "f64";
    case Rep::I1: return "i1";
  }
  GENE_UNREACHABLE("representation");
}

class FunctionPrinter {
 public:
  FunctionPrinter(const Function& function, const Labels& labels, PrintOptions options)
      : function_(function), labels_(labels), options_(options) {
    Unique names;
    for (const Block* b : function.blocks)
      blocks_[b] = symbolText(names.make(b->name.empty() ? "block" : b->name.text()));
    for (const Block* b : function.blocks) {
      for (const Param* p : b->params) number(p);
      for (const Instruction* i : b->instructions)
        if (i->info().hasResult) number(i);
    }
  }

  std::string print() {
    out_ = "(func " + labels_.function(&function_) + " [";
    for (size_t i = 0; i < function_.params.size(); i++) slot(function_.params[i], i != 0);
    out_ += ']';
    if (!function_.name.empty()) out_ += " ^name " + symbolText(function_.name.text());
    if (function_.captureCount) out_ += " ^captures " + std::to_string(function_.captureCount);
    flag("macro", function_.isMacro);
    flag("method", function_.isMethod);
    flag("ctor", function_.isCtor);
    flag("block", function_.isBlock);
    flag("direct", function_.isDirect);
    if (function_.result != Rep::Boxed) out_.append(" ^result ").append(repText(function_.result));
    location(function_.loc);
    for (const Block* b : function_.blocks) block(*b);
    return out_ + ")\n";
  }

 private:
  void number(const Value* value) {
    numbers_.emplace(value, static_cast<uint32_t>(numbers_.size()));
  }

  void flag(const char* name, bool set) {
    if (set) out_.append(" ^^").append(name);
  }

  void location(Location loc) {
    if (!options_.locations || !loc.valid()) return;
    const Position at = function_.program->sources.position(loc);
    out_ += " ^loc \"" + std::string(at.file) + ":" + std::to_string(at.line) + ":" +
            std::to_string(at.column) + "\"";
  }

  void slot(const ParamSpec& spec, bool separated) {
    if (separated) out_ += ' ';
    const std::string name = symbolText(spec.name.text());
    if (spec.kind == SlotKind::Positional && !spec.optional) {
      out_ += name;
      return;
    }
    static constexpr const char* kinds[] = {"self", "positional", "rest", "keyword",
                                            "keyword-rest"};
    out_ += "(" + name + " ^kind " + kinds[static_cast<size_t>(spec.kind)];
    flag("optional", spec.optional);
    out_ += ')';
  }

  void facts(const Value& value, Type usual) {
    if (value.type != usual) out_ += " ^type " + value.type.text();
    if (value.rep != Rep::Boxed) out_.append(" ^rep ").append(repText(value.rep));
    flag("small", value.small);
  }

  void block(const Block& b) {
    out_ += "\n  (block " + blocks_[&b] + " [";
    for (size_t i = 0; i < b.params.size(); i++) {
      if (i) out_ += ' ';
      const Param& p = *b.params[i];
      if (p.type.isAny() && p.rep == Rep::Boxed && !p.small) {
        out_ += name(&p);
      } else {
        out_ += "(" + name(&p);
        facts(p, Type::any());
        out_ += ')';
      }
    }
    out_ += ']';
    for (const Instruction* i : b.instructions) instruction(*i);
    out_ += ')';
  }

  std::string name(const Value* value) {
    auto it = numbers_.find(value);
    return it == numbers_.end() ? "v?" : "v" + std::to_string(it->second);
  }

  std::string operand(const Value* value) {
    if (value->kind != ValueKind::Constant) return name(value);
    const auto& c = *static_cast<const Constant*>(value);
    switch (c.constantKind) {
      case ConstantKind::Nil: return "nil";
      case ConstantKind::Void: return "void";
      case ConstantKind::True: return "true";
      case ConstantKind::False: return "false";
      case ConstantKind::NotFound: return "not_found";
      case ConstantKind::Placeholder: return "_";
      case ConstantKind::Absent: return "absent";
      case ConstantKind::Int: return std::to_string(c.integer);
      case ConstantKind::Float: return printForm(FloatForm({}, c.number64));
      case ConstantKind::Char: return printForm(CharForm({}, static_cast<char32_t>(c.integer)));
      case ConstantKind::Symbol: return "`" + symbolText(c.symbol.text());
      case ConstantKind::String: return printForm(StringForm(FormKind::String, {}, c.text));
      case ConstantKind::Form: return printForm(*c.form);
    }
    GENE_UNREACHABLE("constant kind");
  }

  std::string edge(const Edge& e) {
    if (e.args.empty()) return blocks_[e.target];
    std::string text = "(" + blocks_[e.target];
    for (const Value* arg : e.args) text += " " + operand(arg);
    return text + ")";
  }

  std::string immediate(ImmKind kind, const Immediate& imm) {
    switch (kind) {
      case ImmKind::Int: return std::to_string(imm.integer);
      case ImmKind::Symbol: return symbolText(imm.symbol.text());
      case ImmKind::Function: return labels_.function(imm.function);
      case ImmKind::Global: return labels_.global(imm.global);
      case ImmKind::Shape: {
        std::string text = "[";
        for (const CallShape::Arg& a : imm.shape->args) {
          if (text.size() > 1) text += ' ';
          switch (a.kind) {
            case ArgKind::Positional: text += '_'; break;
            case ArgKind::Spread: text += "..."; break;
            case ArgKind::Keyword: text += symbolText("^" + std::string(a.keyword.text())); break;
            case ArgKind::KeywordSpread: text += "^..."; break;
          }
        }
        return text + "]";
      }
      case ImmKind::Form: return "`" + printForm(*imm.form);
      case ImmKind::Cache: break;
    }
    GENE_UNREACHABLE("caches are not written");
  }

  void instruction(const Instruction& i) {
    const InstInfo& row = i.info();
    out_ += "\n    (";
    if (row.hasResult) out_ += name(&i) + " = ";
    out_ += row.mnemonic;
    for (size_t k = 0; k < i.immediates.size(); k++)
      out_ += " " + immediate(row.immediates[k], i.immediates[k]);
    for (const Value* v : i.operands) out_ += " " + operand(v);
    for (const Edge& e : i.successors) out_ += " " + edge(e);
    if (i.handler) out_ += " ^handler " + edge(*i.handler);
    flag("tail", i.tail);
    flag("nowrap", i.nowrap);
    flag("nonnegative", i.nonnegative);
    if (row.hasResult) facts(i, row.result);
    location(i.loc);
    out_ += ')';
  }

  const Function& function_;
  const Labels& labels_;
  PrintOptions options_;
  std::string out_;
  std::unordered_map<const Block*, std::string> blocks_;
  std::unordered_map<const Value*, uint32_t> numbers_;
};

}  // namespace

Labels::Labels(const Program& program) {
  Unique functionNames, globalNames;
  for (const Function* f : program.functions)
    functions_[f] = symbolText(functionNames.make(f->name.empty() ? "lambda" : f->name.text()));
  for (const Function* f : program.imports)
    functions_[f] = symbolText(functionNames.make(f->name.empty() ? "lambda" : f->name.text()));
  for (const Global* g : program.globals)
    globals_[g] = symbolText(globalNames.make(g->name.text()));
}

std::string print(const Function& function, PrintOptions options) {
  return FunctionPrinter(function, Labels(*function.program), options).print();
}

std::string print(const Program& program, PrintOptions options) {
  const Labels labels(program);
  std::string out;
  const bool isModule =
      !program.imports.empty() || !program.exports.empty() || !program.modules.empty();
  if (isModule) out += "(module " + quoted(program.mainFile) + ")\n";
  for (const Function* f : program.imports)
    out += "(import " + labels.function(f) + " " + quoted(f->from.text()) + ")\n";
  for (const Global* g : program.globals) {
    const std::string label = labels.global(g);
    out += "(global " + label;
    if (label != symbolText(g->name.text())) out += " ^name " + symbolText(g->name.text());
    if (g->external) out += " ^^external";
    if (g->builtin) out += " ^^builtin";
    if (g->isOwn) out += " ^^own";
    if (g->constant) out += " ^^constant";
    if (g->function) out += " ^function " + labels.function(g->function);
    if (!g->from.empty())
      out += " ^from " + quoted(g->from.text()) + " ^exported " + symbolText(g->exported.text());
    out += ")\n";
  }
  for (const Program::Export& e : program.exports)
    out += "(export " + symbolText(e.name.text()) + " " + labels.global(e.global) + ")\n";
  for (const Function* f : program.functions) out += FunctionPrinter(*f, labels, options).print();
  for (const Program* module : program.modules) out += print(*module, options);
  return out;
}

}  // namespace gene::ir
