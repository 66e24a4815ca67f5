#include "codegen/compile/KnownBuiltins.h"

#include <vector>

#include "codegen/image/TypeKinds.h"
#include "codegen/ir/Builtins.h"
#include "runtime/builtins/Builtins.h"

namespace gene {
namespace {

ir::BuiltinFacts factsOf(const BuiltinRow& row) {
  const BuiltinFunction& code = row.function;
  const BuiltinClaims& says = row.claims;
  return {.least = code.least,
          .most = code.most == BuiltinFunction::AnyNumber ? ir::BuiltinFacts::AnyNumber
                                                          : size_t{code.most},
          .keywords = code.keywords ? code.keywords : "",
          .refusesSurplus = code.surplus != nullptr,
          .signature = row.function.signature,
          .arguments = {typeOfKinds(says.arguments[0]), typeOfKinds(says.arguments[1]),
                        typeOfKinds(says.arguments[2]), typeOfKinds(says.arguments[3])},
          .result = typeOfKinds(says.results),
          .mayRaise = says.mayRaise,
          .reads = says.reads,
          .writes = says.writes,
          .allocates = says.allocates,
          .runsCode = says.runsCode,
          .operation = row.operation};
}

/// Adds the rows of a table that are members of `owner`; of math most are global as well.
void fillFrom(const BuiltinDescription& table, Symbol owner, ir::Builtins::Members& members) {
  const bool isOwn = owner.text() == table.owner;
  if (!isOwn && !owner.empty()) return;
  for (const BuiltinRow& row : table.rows) {
    if (row.function.flags & (Constructor | Initializer)) continue;
    forEachName(row.function.names, [&](std::string_view text) {
      if (!isOwn && !isGlobalToo(table.owner, text)) return;
      const bool isMethod = isOwn && table.members == Methods;
      (isMethod ? members.methods : members.functions)[Symbol::of(text)] = factsOf(row);
    });
  }
}

const ir::Builtins& allRows() {
  static const std::vector<Symbol> owners = [] {
    std::vector<Symbol> all;
    for (const BuiltinDescription* table : builtinDescriptions())
      all.push_back(Symbol::of(table->owner));
    return all;
  }();
  static const ir::Builtins all(owners, [](Symbol owner, ir::Builtins::Members& members) {
    for (const BuiltinDescription* table : builtinDescriptions()) fillFrom(*table, owner, members);
  });
  return all;
}

}  // namespace

void useKnownBuiltins() { ir::publishBuiltins(allRows); }

}  // namespace gene
