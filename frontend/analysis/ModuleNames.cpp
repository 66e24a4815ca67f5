#include "frontend/analysis/ModuleNames.h"

namespace gene {

Symbol ModuleNames::nameOfType(const Form* type) const {
  const Symbol identity = symbolOf(type);
  if (identity.empty()) return {};
  const Symbol name = nameOfIdentity(identity);
  auto known = identities.find(name);
  if (known == identities.end()) return identity;
  return known->second == identity ? name : Symbol{};
}

}  // namespace gene
