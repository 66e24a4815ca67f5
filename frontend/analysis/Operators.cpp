#include "frontend/analysis/Operators.h"

#include "codegen/ir/Ir.h"

namespace gene {
namespace {

using ir::Op;

constexpr Op NoOp = Op::Count;
constexpr int Comparisons = 60;
constexpr Operator operators[] = {
    {"./", 90, NoOp},
    {"*", 80, Op::Mul},
    {"/", 80, Op::Div},
    {"%", 80, Op::Mod},
    {"**", 80, NoOp},
    {"+", 70, Op::Add},
    {"-", 70, Op::Sub},
    {"++", 70, Op::Concat},
    {"<<", 65, Op::Shl},
    {">>", 65, Op::Shr},
    {"<", Comparisons, Op::Lt},
    {"<=", Comparisons, Op::Le},
    {">", Comparisons, Op::Gt},
    {">=", Comparisons, Op::Ge},
    {"==", Comparisons, Op::Eq},
    {"!=", Comparisons, Op::Ne},
    {"is", Comparisons, NoOp},
    {"&&", 50, NoOp},
    {"&|&", 45, Op::BitXor},
    {"||", 40, NoOp},
};

}  // namespace

bool Operator::isComparison() const { return level == Comparisons && op != NoOp; }

const Operator* findOperator(std::string_view text) {
  for (const Operator& o : operators)
    if (o.text == text) return &o;
  return nullptr;
}

const Operator* operatorOf(const Form* form) {
  if (form->kind == FormKind::Symbol) return findOperator(symbolOf(form).text());
  if (form->kind == FormKind::Path && as<PathForm>(*form).parts[0].text() == ".")
    return findOperator("./");
  return nullptr;
}

}  // namespace gene
